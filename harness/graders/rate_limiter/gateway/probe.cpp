#include "graders/rate_limiter/gateway/probe.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view problem_separator = " | ";

int small_number(const std::string& word) {
  const auto number = base::to_integer(word);
  if (!number) throw std::runtime_error("not a number of a probe: " + word);
  return static_cast<int>(*number);
}

const GatewayAsk& turn(const std::vector<GatewayAsk>& asks, int number) {
  return asks[static_cast<std::size_t>(number) % asks.size()];
}

int at_service(GatewayWorld& world) { return static_cast<int>(world.service().counts().waiting); }

// One after the other, so that a denial that frees a place is seen. Each is in time if it is told
// at once; it is held as well, and let go with the others, if it is let in.
void ask_more(GatewayWorld& world, const std::vector<GatewayAsk>& asks, const GatewayCrowd& crowd,
              milliseconds limit, GatewayProbe& probe) {
  constexpr int more = 3;
  probe.one_more = 429;
  for (int i = 0; i < more && probe.one_more == 429; ++i) {
    GatewayCrowd another(world);
    another.send(turn(asks, probe.wanted + i), 1);
    GatewayCrowd::within(limit, [&] {
      return another.answered() == 1 || at_service(world) != probe.wanted || crowd.answered() > 0;
    });
    const bool told_at_once = another.answered() == 1 && crowd.answered() == 0;
    if (!told_at_once) world.service().release();
    const auto reply = another.replies().front();
    const auto told_in_ms = static_cast<int>((reply.came_ns - reply.sent_ns) / 1'000'000);
    probe.told_in_ms = i == 0 ? told_in_ms : std::min(probe.told_in_ms, told_in_ms);
    probe.one_more = told_at_once || reply.status != 429 ? reply.status : 0;
  }
}

std::string reason_of(const GatewayProbe& probe) {
  if (probe.reached < probe.wanted) {
    return fmt::format("{} of a key's {} requests at once reach the service", probe.reached,
                       probe.wanted);
  }
  if (probe.one_more == 0) {
    return fmt::format("a request beyond the key's {} waits, where 429 is due at once",
                       probe.wanted);
  }
  if (probe.one_more != 429) {
    return fmt::format("a request beyond the key's {} is answered with {}", probe.wanted,
                       probe.one_more);
  }
  if (probe.told_in_ms > GatewayProbe::kAtOnceMs) {
    return fmt::format(
        "a request beyond the key's {} has its 429 after {} ms, where it is due at "
        "once",
        probe.wanted, probe.told_in_ms);
  }
  return fmt::format("{} of {} requests that the service answered got its answer", probe.released,
                     probe.wanted);
}

}  // namespace

GatewayAsk ask_from_address(const std::string& address, const std::string& target) {
  return {target, address, address, {}};
}

GatewayProbe probe(GatewayWorld& world, const std::vector<GatewayAsk>& asks, int wanted,
                   std::chrono::milliseconds limit) {
  GatewayProbe probe;
  probe.wanted = wanted;
  GatewayCrowd crowd(world);
  for (int i = 0; i < wanted; ++i) crowd.send(turn(asks, i), 1);
  GatewayCrowd::within(limit, [&] { return at_service(world) + crowd.answered() >= wanted; });
  probe.reached = at_service(world);
  if (probe.reached == wanted) ask_more(world, asks, crowd, limit, probe);
  world.service().release();
  for (const auto& reply : crowd.replies()) {
    probe.released += reply.status == 200 ? 1 : 0;
    probe.refused += reply.status == 429 ? 1 : 0;
    if (const auto trouble = trouble_with(asks.front(), reply)) {
      probe.problem = trouble->reason;
      probe.where = trouble->where;
    }
  }
  return probe;
}

GatewayProbe probe_patiently(GatewayWorld& world, const std::vector<GatewayAsk>& asks, int wanted,
                             milliseconds limit) {
  GatewayProbe best;
  for (int i = 0; i < tries_max && !best.good(); ++i) {
    wait_until_calm(world, i);
    const auto next = probe(world, asks, wanted, limit);
    if (i == 0 || next.good() || next.reached > best.reached) best = next;
    if (!next.problem.empty()) break;
  }
  return best;
}

void wait_until_calm(GatewayWorld& world, int earlier_tries) {
  constexpr milliseconds empty_limit{1'000};
  constexpr milliseconds calm{60};
  GatewayCrowd::within(empty_limit, [&] { return world.service().counts().at_once == 0; });
  std::this_thread::sleep_for(calm * (1 + earlier_tries * earlier_tries));
}

std::string to_line(const GatewayProbe& probe) {
  std::string line =
      fmt::format("reached {} of {}; one more {} in {} ms; released {}; refused {}", probe.reached,
                  probe.wanted, probe.one_more, probe.told_in_ms, probe.released, probe.refused);
  if (probe.problem.empty()) return line;
  return line + std::string(problem_separator) + probe.problem + std::string(problem_separator) +
         probe.where;
}

GatewayProbe parse_probe(const std::string& line) {
  const auto parts = base::split(line, problem_separator);
  auto text = parts[0];
  base::replace_all(text, ";", "");
  const auto words = base::split(text, ' ');
  if (words.size() != 14) throw std::runtime_error("not a probe: " + line);
  GatewayProbe probe;
  probe.reached = small_number(words[1]);
  probe.wanted = small_number(words[3]);
  probe.one_more = small_number(words[6]);
  probe.told_in_ms = small_number(words[8]);
  probe.released = small_number(words[11]);
  probe.refused = small_number(words[13]);
  if (parts.size() == 3) {
    probe.problem = parts[1];
    probe.where = parts[2];
  }
  return probe;
}

std::string in_words(const GatewayProbe& probe) {
  std::string words = fmt::format("{} reach the service", probe.reached);
  if (probe.refused > 0) words += fmt::format(", {} are refused", probe.refused);
  if (probe.reached != probe.wanted) return words;
  if (probe.one_more == 0) return words + "; one more is told nothing while they are there";
  words += fmt::format("; one more: {}", probe.one_more);
  if (probe.told_in_ms <= GatewayProbe::kAtOnceMs) return words;
  return words + fmt::format(" after {} ms", probe.told_in_ms);
}

grade::CheckResult tell_probe(const GatewayProbe& probe, const std::string& after,
                              const std::string& mistake, grade::CheckResult result) {
  result.where = probe.where;
  result.verdict = grade::Verdict::fail;
  result.reason = probe.problem.empty() ? after + reason_of(probe) : probe.problem;
  if (!probe.problem.empty()) return result;
  auto& step = result.steps.emplace_back();
  step.did = fmt::format("a key's {} at once, held by the service; then one more", probe.wanted);
  step.expected = fmt::format("{} reach the service; one more: 429, at once", probe.wanted);
  step.came = in_words(probe);
  step.agrees = false;
  if (!mistake.empty()) result.mistakes.push_back(mistake);
  return result;
}

}  // namespace assay::graders::rate_limiter
