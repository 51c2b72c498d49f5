#include "graders/rate_limiter/table/script.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {

std::string setup_line(const TablePolicy& policy) {
  return fmt::format("shared {} {} {} {}", policy.capacity, policy.interval_ns, policy.keys_max,
                     policy.denies_when_full ? "deny" : "admit");
}

TablePolicy parse_table_policy(const std::string& line) {
  const auto words = base::split(line, ' ');
  if (words.size() != 5 || words[0] != "shared") throw std::logic_error("not a table's setup");
  const auto number = [&](std::size_t i) { return base::to_integer(words[i]).value(); };
  return {number(1), number(2), number(3), words[4] == "deny"};
}

std::string in_words(const TablePolicy& policy) {
  return fmt::format("policy: capacity {}, one token every {}; room for {} {}, {} when full",
                     base::thousands(policy.capacity), base::duration_ns(policy.interval_ns),
                     base::thousands(policy.keys_max), policy.keys_max == 1 ? "key" : "keys",
                     policy.denies_when_full ? "denies" : "admits");
}

RoundOperation parse_operation(const std::string& text) {
  const auto words = base::split(text, ' ');
  RoundOperation operation;
  if (words[0] == "call" && words.size() == 3) {
    operation.kind = RoundOperation::Kind::call;
    operation.call = {0, words[1], base::to_integer(words[2]).value_or(0)};
  } else if (words[0] == "tick") {
    operation.kind = RoundOperation::Kind::tick;
  } else if (text == without_room_text) {
    operation.kind = RoundOperation::Kind::without_room;
  }
  return operation;
}

std::string call_text(const std::string& key, std::int64_t cost) {
  return fmt::format("call {} {}", key, cost);
}

std::string tick_text(std::int64_t step_ns) { return fmt::format("tick {}", step_ns); }

std::optional<TimedDecision> parse_timed(const std::string& answer) {
  const auto first = answer.find(' ');
  const auto second = first == std::string::npos ? first : answer.find(' ', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto from = base::to_integer(answer.substr(0, first));
  const auto to = base::to_integer(answer.substr(first + 1, second - first - 1));
  const auto decision = parse_decision(answer.substr(second + 1));
  if (!from || !to || !decision) return std::nullopt;
  return TimedDecision{*from, *to, *decision};
}

}  // namespace assay::graders::rate_limiter
