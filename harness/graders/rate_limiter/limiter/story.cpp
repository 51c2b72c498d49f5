#include "graders/rate_limiter/limiter/story.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/limiter/picture.hpp"
#include "graders/rate_limiter/limiter/retell.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t told_answers_max = 3;

using base::duration_ns;
using base::thousands;

std::string policy_in_words(const Policy& policy) {
  const auto limit = thousands(policy.limit);
  const auto period = duration_ns(policy.period_ns);
  switch (policy.kind) {
    case Kind::token_bucket:
      return fmt::format("policy: capacity {}, one token every {}", limit, period);
    case Kind::gcra:
      return fmt::format("policy: GCRA, capacity {}, one token every {}", limit, period);
    case Kind::fixed_window:
      return fmt::format("policy: fixed window, at most {} in each {}", limit, period);
    case Kind::sliding_log:
      return fmt::format("policy: sliding log, at most {} in any {}", limit, period);
    case Kind::sliding_counter:
      return fmt::format("policy: sliding counter, about {} in any {}", limit, period);
  }
  return {};
}

std::string why(const Told& told, const Policy& policy) {
  const auto& [at_ns, key, cost] = told.call;
  if (cost > policy.limit) {
    return fmt::format("a cost above the {}, {}, can never be admitted",
                       has_window(policy.kind) ? "limit" : "capacity", thousands(policy.limit));
  }
  if (cost == 0) return "looking takes nothing, and is always admitted";
  const auto level = level_in_words(told.room_before, policy.kind);
  if (!has_window(policy.kind)) {
    return fmt::format("the bucket of \"{}\" holds {} and the call costs {}", key, level,
                       thousands(cost));
  }
  return fmt::format("\"{}\" has room for {} and the call costs {}", key, level, thousands(cost));
}

std::string expected_in_words(const std::vector<Decision>& legal) {
  std::string words;
  for (std::size_t i = 0; i < std::min(legal.size(), told_answers_max); ++i) {
    if (i > 0) words += "; or ";
    words += in_words(legal[i]);
  }
  return words;
}

grade::Step step_of(const Told& told, const Policy& policy, bool wrong) {
  grade::Step step;
  step.at = "t = " + duration_ns(told.call.at_ns);
  if (told.back_ns > 0) step.at += fmt::format(" (back {})", duration_ns(told.back_ns));
  step.did = fmt::format("acquire(\"{}\", {})", told.call.key, thousands(told.call.cost));
  step.expected = expected_in_words(told.legal);
  step.came = told.came_in_words;
  step.agrees = !wrong;
  if (wrong) step.why = why(told, policy);
  return step;
}

// Keeps the last calls, of the failing call's key if that is enough; says how many went before.
std::string leave_out(std::vector<Told>& story) {
  const std::size_t all = story.size();
  const std::string key = story.back().call.key;
  const auto of_key = std::count_if(story.begin(), story.end(),
                                    [&](const Told& told) { return told.call.key == key; });
  if (of_key >= 2) {
    std::erase_if(story, [&](const Told& told) { return told.call.key != key; });
  }
  if (story.size() > grade::told_steps_max) {
    story.erase(story.begin(), story.end() - static_cast<std::ptrdiff_t>(grade::told_steps_max));
  }
  return fmt::format("; {} of {} calls are shown", story.size(),
                     thousands(static_cast<std::int64_t>(all)));
}

std::string reason_for(const Told& wrong, const std::string& kind) {
  return fmt::format("acquire(\"{}\", {}) at t = {}: {}", wrong.call.key,
                     thousands(wrong.call.cost), duration_ns(wrong.call.at_ns), kind);
}

bool gives_all(const Played& played, Mistake mistake, const Way& way) {
  Model model(played.policy, mistake, way);
  for (std::size_t i = 0; i < played.calls.size(); ++i) {
    if (played.answers[i] != model.acquire(played.calls[i])) return false;
  }
  return true;
}

}  // namespace

void tell(const grade::Performance& performance, const grade::Violation& violation, Aspects aspects,
          grade::CheckResult& result) {
  const Policy policy = parse_policy(performance.exchanges[0].asked);
  result.situation = policy_in_words(policy);
  if (violation.index == 0) return;

  auto story = retell(performance, violation.index, aspects);
  const bool goes_back =
      std::any_of(story.begin(), story.end(), [](const Told& told) { return told.back_ns > 0; });
  const bool any_decision = std::any_of(story.begin(), story.end(),
                                        [](const Told& told) { return told.came.has_value(); });
  const Bracket bracket = bracket_of(story, policy);
  if (story.size() > grade::told_steps_max) result.situation += leave_out(story);
  if (goes_back) result.situation += "; the picture shows the time that has passed, not the clock";
  for (const auto& told : story) {
    result.steps.push_back(step_of(told, policy, &told == &story.back()));
  }
  if (any_decision) result.timeline = timeline_of(story, policy, bracket);
  result.reason = reason_for(story.back(), violation.kind);
}

std::vector<std::string> look_alikes(const grade::Performance& performance) {
  const Played all = played(performance);
  if (all.answers.size() < all.calls.size()) return {};
  std::vector<std::string> names;
  for (const Mistake mistake : mistakes_of(all.policy.kind)) {
    const auto ways = ways_of(mistake, all.calls);
    const bool same = std::any_of(ways.begin(), ways.end(),
                                  [&](const Way& way) { return gives_all(all, mistake, way); });
    if (same) names.emplace_back(in_words(mistake));
  }
  return names;
}

}  // namespace assay::graders::rate_limiter
