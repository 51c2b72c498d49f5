#include "graders/rate_limiter/gateway/probe.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::string_view problem_separator = " | ";

int small_number(const std::string& word) {
  const auto number = base::to_integer(word);
  if (!number) throw std::runtime_error("not a number of a probe: " + word);
  return static_cast<int>(*number);
}

}  // namespace

GatewayProbe probe(GatewayWorld& world, const std::string& key, int wanted,
                   std::chrono::milliseconds limit) {
  GatewayProbe probe;
  probe.wanted = wanted;
  const auto ask = ask_with_key(key, held_target);
  GatewayCrowd crowd(world);
  crowd.send(ask, wanted);
  const auto at_service = [&] { return static_cast<int>(world.service().counts().waiting); };
  GatewayCrowd::within(limit, [&] { return at_service() + crowd.answered() >= wanted; });
  probe.reached = at_service();
  if (probe.reached == wanted) {
    // In time if it is told at once; held as well, and let go with the others, if it is let in.
    GatewayCrowd another(world);
    another.send(ask, 1);
    GatewayCrowd::within(limit, [&] {
      return another.answered() == 1 || at_service() != wanted || crowd.answered() > 0;
    });
    const bool told_at_once = another.answered() == 1 && crowd.answered() == 0;
    world.service().release();
    const auto reply = another.replies().front();
    probe.one_more = told_at_once || reply.status != 429 ? reply.status : 0;
  } else {
    world.service().release();
  }
  for (const auto& reply : crowd.replies()) {
    probe.released += reply.status == 200 ? 1 : 0;
    probe.refused += reply.status == 429 ? 1 : 0;
    if (const auto trouble = trouble_with(ask, reply)) {
      probe.problem = trouble->reason;
      probe.where = trouble->where;
    }
  }
  return probe;
}

std::string to_line(const GatewayProbe& probe) {
  std::string line =
      fmt::format("reached {} of {}; one more {}; released {}; refused {}", probe.reached,
                  probe.wanted, probe.one_more, probe.released, probe.refused);
  if (probe.problem.empty()) return line;
  return line + std::string(problem_separator) + probe.problem + std::string(problem_separator) +
         probe.where;
}

GatewayProbe parse_probe(const std::string& line) {
  const auto parts = base::split(line, problem_separator);
  auto text = parts[0];
  base::replace_all(text, ";", "");
  const auto words = base::split(text, ' ');
  if (words.size() != 11) throw std::runtime_error("not a probe: " + line);
  GatewayProbe probe;
  probe.reached = small_number(words[1]);
  probe.wanted = small_number(words[3]);
  probe.one_more = small_number(words[6]);
  probe.released = small_number(words[8]);
  probe.refused = small_number(words[10]);
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
  return words + fmt::format("; one more: {}", probe.one_more);
}

}  // namespace assay::graders::rate_limiter
