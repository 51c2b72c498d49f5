#include "grade/http_subject.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "grade/session.hpp"

namespace assay::grade {
namespace {

using std::chrono::steady_clock;

constexpr std::uint16_t usual_port = 8080;
constexpr std::chrono::milliseconds goodbye_limit{2'000};
// Of each try at least, so that the last one finds out what is wrong.
constexpr std::chrono::milliseconds try_limit{1'000};

proc::Command http_command(const SubjectSpec& subject, const std::filesystem::path& folder,
                           std::uint16_t port) {
  proc::Command command = command_for(subject, folder);
  command.env["ASSAY_PORT"] = std::to_string(port);
  return command;
}

}  // namespace

HttpSubject::HttpSubject(SubjectSpec subject, proc::Tier strongest)
    : subject_(std::move(subject)),
      cell_(strongest),
      port_(cell_.isolation(), usual_port),
      endpoint_(net::Endpoint::loopback(port_.number())) {
  for (const auto& [name, path] : subject_.files) {
    const bool runs = ::access(path.c_str(), X_OK) == 0;
    cell_.use(
        [&, &place = name, &from = path](proc::Cell& cell) { cell.put_copy(place, from, runs); });
  }
}

void HttpSubject::tell(const std::string& variable, const std::string& value) {
  subject_.env[variable] = value;
}

void HttpSubject::start() {
  launch();
  wait_until_ready();
}

void HttpSubject::launch() {
  const auto command = http_command(subject_, cell_.folder(), port_.number());
  cell_.use([&](proc::Cell& cell) {
    earlier_output_ = last_lines(earlier_output_, cell.output(), subject_);
    cell.start(command, subject_.limits);
  });
}

void HttpSubject::wait_until_ready() {
  const auto goes_on = [this] {
    heed_interruptions();
    return !cell_.ending();
  };
  const proc::Patience patience{steady_clock::now() + subject_.silence_limit, goes_on};
  Health health{Health::Kind::not_yet, ""};
  while (health.kind == Health::Kind::not_yet && patience.left()) {
    const auto deadline = std::max(patience.deadline, steady_clock::now() + try_limit);
    health = ask_for_health(endpoint_, sockets(), {deadline, goes_on});
    // In the machine's network somebody else might answer for a subject that has ended.
    if (health.kind == Health::Kind::healthy && !cell_.ending()) return;
    if (health.kind == Health::Kind::not_yet) patience.pause();
  }
  throw SubjectTrouble(why_not_ready(health));
}

std::string HttpSubject::why_not_ready(const Health& health) {
  if (const auto ending = cell_.ending()) return ending->in_words() + std::string(before_ready);
  if (health.kind == Health::Kind::sick) return health.words;
  const double limit_s = std::chrono::duration<double>(subject_.silence_limit).count();
  return fmt::format("time-out: not ready after {:.3g} s: {}", limit_s, health.words);
}

void HttpSubject::pause() {
  cell_.use([](proc::Cell& cell) { cell.pause(); });
}

void HttpSubject::resume() {
  cell_.use([](proc::Cell& cell) { cell.resume(); });
}

void HttpSubject::kill() {
  cell_.use([](proc::Cell& cell) { cell.kill(); });
}

void HttpSubject::restart() {
  kill();
  start();
}

proc::Ending HttpSubject::end() {
  cell_.use([](proc::Cell& cell) {
    cell.resume();  // what is stopped can't hear
    cell.ask_to_end();
  });
  const proc::Patience patience{steady_clock::now() + goodbye_limit, [this] {
                                  heed_interruptions();
                                  return !cell_.ending();
                                }};
  while (patience.left()) patience.pause();
  return cell_.use([](proc::Cell& cell) { return cell.stop(); });
}

std::optional<std::uint64_t> HttpSubject::memory_bytes() {
  return cell_.use([](proc::Cell& cell) { return cell.memory_bytes(); });
}

std::string HttpSubject::output() {
  const proc::Output now = cell_.output();
  return cell_.use([&](const proc::Cell&) { return last_lines(earlier_output_, now, subject_); });
}

}  // namespace assay::grade
