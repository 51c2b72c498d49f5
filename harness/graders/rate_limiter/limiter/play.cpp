#include "graders/rate_limiter/limiter/play.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "fault/quantity.hpp"
#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Misunderstood;

constexpr std::size_t key_bytes_max = 256;
const std::vector<std::string> algorithms{"gcra", "fixed_window", "sliding_log", "sliding_counter"};

// Words that make a line readable, and say nothing.
const std::vector<std::string> fillers{"capacity", "limit", "every", "in", "each", "per", "cost"};

std::vector<std::string> typed_words(const std::string& typed) {
  auto words = base::split(typed, ' ');
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

std::string in_quotes(const std::string& word) {
  return '\'' + base::printable_line(word, 60) + '\'';
}

std::int64_t typed_duration_ns(const std::string& word, const char* what) {
  const auto duration = fault::to_duration(word);
  if (duration && duration->count() >= 0 && duration->count() <= max_time_ns) {
    return duration->count();
  }
  throw Misunderstood(fmt::format(
      "{} is a duration, as 200ms or 1.5s, of at most 146 years, not {}", what, in_quotes(word)));
}

std::int64_t typed_count(const std::string& word, const char* what, std::int64_t least) {
  const auto number = base::to_integer(word);
  if (number && *number >= least) return *number;
  throw Misunderstood(
      fmt::format("{} is a whole number, at least {}, not {}", what, least, in_quotes(word)));
}

std::string limiter_line(std::vector<std::string> words) {
  std::erase_if(words, [](const auto& word) { return base::contains(fillers, word); });
  const bool named = words.size() > 1 && !base::to_integer(words[1]);
  if (named && !base::contains(algorithms, words[1])) {
    const auto meant = base::did_you_mean(words[1], algorithms);
    throw Misunderstood(fmt::format(
        "there is no algorithm {}: {}", in_quotes(words[1]),
        meant ? fmt::format("did you mean '{}'?", *meant) : base::join(algorithms, ", ")));
  }
  const std::size_t first = named ? 2 : 1;
  if (words.size() != first + 2) {
    throw Misunderstood(fmt::format("a limiter has a number and a duration, as 'limiter {}5 {}'",
                                    named ? words[1] + ' ' : "capacity ",
                                    named ? "in 1s" : "every 200ms"));
  }
  const std::int64_t limit = typed_count(words[first], "the first number", 1);
  const std::int64_t period_ns = typed_duration_ns(words[first + 1], "the second");
  if (period_ns < 1 || limit > max_time_ns / period_ns) {
    throw Misunderstood("number and duration multiplied are at least 1 ns, and at most 146 years");
  }
  return fmt::format("limiter {}{} {}", named ? words[1] + ' ' : "", limit, period_ns);
}

// "@0.5s" is a time on the clock, "+200ms" so much later than the call before, nothing means at
// once.
std::int64_t time_of(const std::optional<std::string>& word, const grade::Script& before) {
  const std::int64_t last_ns =
      before.operations.empty() ? 0 : parse_call(before.operations.back()).at_ns;
  if (!word) return last_ns;
  const std::int64_t ns = typed_duration_ns(word->substr(1), "a time");
  if (word->front() == '@') return ns;
  if (ns > max_time_ns - last_ns) throw Misunderstood("the clock ends at 146 years");
  return last_ns + ns;
}

std::string call_line_of(std::vector<std::string> words, const grade::Script& before) {
  std::optional<std::string> when;
  if (words.back().front() == '@' || words.back().front() == '+') {
    when = words.back();
    words.pop_back();
  }
  std::erase_if(words, [](const auto& word) { return word == "cost"; });
  if (words.size() < 2 || words.size() > 3) {
    throw Misunderstood("a call has a key, a cost and perhaps a time: 'acquire alice 1 @0.5s'");
  }
  if (words[1].size() > key_bytes_max) throw Misunderstood("a key has at most 256 bytes");
  const std::int64_t cost = words.size() > 2 ? typed_count(words[2], "a cost", 0) : 1;
  const std::int64_t at_ns = time_of(when, before);
  const bool level_1 = parse_policy(before.setup).kind == Kind::token_bucket;
  if (level_1 && !before.operations.empty() && at_ns < parse_call(before.operations.back()).at_ns) {
    throw Misunderstood("at level 1 the clock never goes back: take a later time, or 'undo'");
  }
  return call_line({at_ns, words[1], cost});
}

std::string duration_typed(std::int64_t ns) {
  return fault::duration_text(std::chrono::nanoseconds(ns));
}

}  // namespace

std::string LimiterPlay::help() const {
  return "limiter capacity 5 every 200ms   a new token bucket, all keys unused; its clock shows 0\n"
         "limiter gcra capacity 5 every 200ms\n"
         "limiter fixed_window 100 in 1s   or sliding_log, or sliding_counter\n"
         "acquire alice 1 @0.5s            when the clock shows 0.5 s, alice asks for 1\n"
         "acquire alice 1 +200ms           200 ms after the call before; at once without a time\n";
}

std::vector<std::string> LimiterPlay::verbs() const { return {"limiter", "acquire"}; }

std::string LimiterPlay::first_setup() const { return "limiter 3 200000000"; }

std::string LimiterPlay::to_line(const std::string& typed, const grade::Script& before) const {
  auto words = typed_words(typed);
  const bool printable = std::all_of(typed.begin(), typed.end(),
                                     [](char letter) { return letter >= ' ' && letter <= '~'; });
  if (!printable) throw Misunderstood("a line has letters, digits and signs of ASCII only");
  if (!words.empty() && words[0] == "limiter") return limiter_line(std::move(words));
  if (before.setup.empty()) throw Misunderstood("a session begins with its limiter");
  return call_line_of(std::move(words), before);
}

bool LimiterPlay::is_setup(const std::string& line) const { return line.starts_with("limiter "); }

std::string LimiterPlay::to_typed(const std::string& line) const {
  if (!is_setup(line)) {
    const Call call = parse_call(line);
    return fmt::format("acquire {} {} @{}", call.key, call.cost, duration_typed(call.at_ns));
  }
  const Policy policy = parse_policy(line);
  const auto words = base::split(line, ' ');
  const std::string name = words.size() > 3 ? words[1] + ' ' : "";
  if (has_window(policy.kind)) {
    return fmt::format("limiter {}{} in {}", name, policy.limit, duration_typed(policy.period_ns));
  }
  return fmt::format("limiter {}capacity {} every {}", name, policy.limit,
                     duration_typed(policy.period_ns));
}

std::unique_ptr<grade::ScriptCheck> LimiterPlay::check(const grade::Script& script, std::string id,
                                                       std::string slug, std::string title) const {
  return make_kept_check({std::move(id), std::move(slug), 0, std::move(title), "correctness", 0},
                         script);
}

}  // namespace assay::graders::rate_limiter
