#include "grade/subject_link.hpp"

#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t line_bytes_max = 4096;         // unless more of an answer is kept
constexpr std::size_t receive_bytes_max = 4U << 20;  // before lines are taken
constexpr std::size_t kept_line_bytes = 200;         // of what is printed
constexpr std::size_t shown_operation_bytes = 120;
constexpr std::chrono::milliseconds poll_interval{50};
constexpr std::chrono::milliseconds goodbye_limit{2'000};

proc::Command talking_command(const SubjectSpec& subject, const proc::Cell& cell) {
  proc::Command command = command_for(subject, cell.folder());
  command.channel = true;
  return command;
}

}  // namespace

proc::Command command_for(const SubjectSpec& subject, const std::filesystem::path& folder) {
  proc::Command command;
  for (std::string word : subject.argv) {
    if (const auto at = word.find("{cell}"); at != std::string::npos) {
      word.replace(at, 6, folder.string());
    }
    command.argv.push_back(std::move(word));
  }
  command.directory = subject.directory;
  command.reach = subject.reach;
  command.env = subject.env;
  command.env["ASSAY_FOLDER"] = subject.shown_as;
  command.terminal = subject.interactive;
  return command;
}

std::string shown_operation(const std::string& operation) {
  return base::printable_line(operation, shown_operation_bytes);
}

SubjectLink::SubjectLink(const SubjectSpec& subject) : subject_(subject) {
  for (const auto& [name, path] : subject.files) {
    cell_.put_copy(name, path, ::access(path.c_str(), X_OK) == 0);
  }
  cell_.start(talking_command(subject, cell_), subject.limits);
}

std::string SubjectLink::greeting() const {
  return fmt::format("assay 1 {} {}\n", subject_.exercise, subject_.contract_version);
}

std::string SubjectLink::expected_greeting() const {
  return fmt::format("ready {}", subject_.contract_version);
}

void SubjectLink::send(std::string_view lines) {
  to_send_ += lines;
  last_progress_ = steady_clock::now();
}

void SubjectLink::step() {
  heed_interruptions();
  const auto ready = cell_.wait(poll_interval, !to_send_.empty());
  const bool sent = ready.writable && !hung_up_ && send_some();
  const bool received = receive_some();
  if (sent || received) last_progress_ = steady_clock::now();
  ended_ = ready.ended && !received;
}

bool SubjectLink::next_line(std::string& line) {
  const auto end = received_.find('\n', taken_);
  if (end == std::string::npos) {
    received_.erase(0, taken_);
    taken_ = 0;
    return false;
  }
  line = base::printable_line(std::string_view(received_).substr(taken_, end - taken_),
                              subject_.answer_bytes_max);
  taken_ = end + 1;
  return true;
}

std::string SubjectLink::trouble() const {
  const auto now = steady_clock::now();
  const auto most = std::max(line_bytes_max, subject_.answer_bytes_max);
  if (received_.size() - taken_ > most) {
    return fmt::format("answered a line of more than {} bytes", most);
  }
  if (ended_) return cell_.ending()->in_words();
  if (hung_up_ && now - hung_up_at_ > goodbye_limit) return "closed its channel";
  if (subject_.interactive || now - last_progress_ <= subject_.silence_limit) return "";
  return fmt::format("time-out: no answer for {:.0f} s",
                     std::chrono::duration<double>(subject_.silence_limit).count());
}

const proc::Ending& SubjectLink::part() {
  const auto deadline = steady_clock::now() + goodbye_limit;
  while (!cell_.ending() && (subject_.interactive || steady_clock::now() < deadline)) {
    heed_interruptions();
    cell_.wait(poll_interval);
  }
  return cell_.stop();
}

std::string SubjectLink::output() const { return last_lines("", cell_.output(), subject_); }

std::string last_lines(const std::string& earlier, const proc::Output& output,
                       const SubjectSpec& subject) {
  const std::string now = output.err.empty() ? output.out : output.err;
  auto lines = base::split(earlier.empty() ? now : earlier + '\n' + now, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  const std::size_t most = subject.kept_output_lines;
  if (lines.size() > most) {
    const auto excess = static_cast<std::ptrdiff_t>(lines.size() - most);
    if (subject.keeps_first_output) {
      lines.erase(lines.end() - excess, lines.end());
    } else {
      lines.erase(lines.begin(), lines.begin() + excess);
    }
  }
  for (auto& line : lines) line = base::printable_line(line, kept_line_bytes);
  return base::join(lines, "\n");
}

bool SubjectLink::send_some() {
  const ssize_t sent = ::send(cell_.channel(), to_send_.data() + sent_, to_send_.size() - sent_,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) to_send_.clear();  // its end shows when reading
    return false;
  }
  sent_ += static_cast<std::size_t>(sent);
  if (sent_ == to_send_.size()) {
    to_send_.clear();
    sent_ = 0;
  }
  return sent > 0;
}

bool SubjectLink::receive_some() {
  bool any = false;
  char buffer[64U << 10];
  while (!hung_up_ && received_.size() < receive_bytes_max) {
    const ssize_t got = ::recv(cell_.channel(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0) {
      hung_up_ = true;
      hung_up_at_ = steady_clock::now();
      cell_.close_channel();
    }
    if (got <= 0) break;
    any = true;
    received_.append(buffer, static_cast<std::size_t>(got));
  }
  return any;
}

std::string trouble_with_greeting(const SubjectLink& link, const std::string& said) {
  const std::string expected = link.expected_greeting();
  if (said == expected) return "";
  if (said.starts_with("ready ")) {
    return fmt::format("speaks version {} of the contract; this is version {}", said.substr(6),
                       expected.substr(6));
  }
  return fmt::format("said \"{}\" first, where the protocol wants \"{}\"", said, expected);
}

std::string fresh_nonce() {
  std::uint64_t bits = 0;
  while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
  }
  return fmt::format("{:016x}", bits);
}

}  // namespace assay::grade
