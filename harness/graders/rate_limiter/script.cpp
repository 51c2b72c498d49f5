#include "graders/rate_limiter/script.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

std::int64_t number(const std::vector<std::string>& words, std::size_t index) {
  const auto value = index < words.size() ? base::to_integer(words[index]) : std::nullopt;
  if (!value) throw std::logic_error("not a line of a rate limiter's script");
  return *value;
}

// Level 1's bucket needs no name.
std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::token_bucket:
      return "";
    case Kind::gcra:
      return "gcra";
    case Kind::fixed_window:
      return "fixed_window";
    case Kind::sliding_log:
      return "sliding_log";
    case Kind::sliding_counter:
      return "sliding_counter";
  }
  return "";
}

}  // namespace

std::string setup_line(const Policy& policy) {
  const std::string name(name_of(policy.kind));
  return fmt::format("limiter {}{} {}", name.empty() ? name : name + ' ', policy.limit,
                     policy.period_ns);
}

std::string call_line(const Call& call) {
  return fmt::format("acquire {} {} {}", call.at_ns, call.key, call.cost);
}

Policy parse_policy(const std::string& line) {
  const auto words = base::split(line, ' ');
  for (const Kind kind : all_kinds) {
    const std::size_t at = kind == Kind::token_bucket ? 1 : 2;
    const bool named = words.size() == at + 2 && (at == 1 || words[1] == name_of(kind));
    if (named) return {number(words, at), number(words, at + 1), kind};
  }
  throw std::logic_error("not a limiter's setup");
}

Call parse_call(const std::string& line) {
  const auto words = base::split(line, ' ');
  return {number(words, 1), words.at(2), number(words, 3)};
}

std::optional<Decision> parse_decision(const std::string& line) {
  const auto words = base::split(line, ' ');
  if (words.size() < 2 || words.size() > 3) return std::nullopt;
  const auto remaining = base::to_integer(words[1]);
  if (!remaining || (words[0] != "admitted" && words[0] != "denied")) return std::nullopt;
  Decision decision{words[0] == "admitted", *remaining, std::nullopt};
  const bool never = words.size() == 3 && words[2] == "never";
  if (words.size() == 3 && !never) {
    decision.retry_after_ns = base::to_integer(words[2]);
    if (!decision.retry_after_ns) return std::nullopt;
  }
  // "denied" says how long to wait, or "never"; "admitted" says neither.
  const bool says_when = never || decision.retry_after_ns.has_value();
  if (decision.admitted ? never : !says_when) return std::nullopt;
  return decision;
}

std::string in_words(const Decision& decision) {
  std::string words = fmt::format("{}, {} left", decision.admitted ? "admitted" : "denied",
                                  base::thousands(decision.remaining));
  if (decision.retry_after_ns) {
    words += ", retry after " + base::duration_ns(*decision.retry_after_ns);
  } else if (!decision.admitted) {
    words += ", never retry";
  }
  return words;
}

}  // namespace assay::graders::rate_limiter
