#include "graders/rate_limiter/story.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t told_steps_max = 12;

using base::duration_ns;
using base::thousands;

std::string tokens(std::int64_t count) {
  return count == 1 ? "1 token" : thousands(count) + " tokens";
}

// What happened in one performance, call by call, beside what should have happened.
struct Told {
  Call call;
  double level_before = 0;
  double level_after = 0;
  Decision expected;
  std::optional<Decision> came;
  std::string came_in_words;
};

std::vector<Told> retell(const grade::Performance& performance, std::size_t last) {
  std::vector<Told> story;
  Model model(parse_policy(performance.exchanges[0].asked));
  for (std::size_t i = 1; i <= last; ++i) {
    const auto& exchange = performance.exchanges[i];
    Told told;
    told.call = parse_call(exchange.asked);
    told.level_before = model.tokens_at(told.call.key, told.call.at_ns);
    told.expected = model.acquire(told.call);
    told.level_after = model.tokens_at(told.call.key, told.call.at_ns);
    if (exchange.answered) {
      told.came = parse_decision(*exchange.answered);
      told.came_in_words = told.came ? in_words(*told.came) : *exchange.answered;
    }
    story.push_back(std::move(told));
  }
  return story;
}

std::string level_in_words(double level) {
  const auto whole = static_cast<std::int64_t>(level);
  if (level == static_cast<double>(whole)) return tokens(whole);
  return fmt::format("between {} and {}", thousands(whole), tokens(whole + 1));
}

std::string why(const Told& told, const Policy& policy) {
  if (told.call.cost > policy.capacity) {
    return fmt::format("a cost above the capacity, {}, can never be admitted", policy.capacity);
  }
  if (told.call.cost == 0) return "looking takes nothing, and is always admitted";
  return fmt::format("the bucket of \"{}\" holds {} and the call costs {}", told.call.key,
                     level_in_words(told.level_before), thousands(told.call.cost));
}

grade::Step step_of(const Told& told, const Policy& policy, bool wrong) {
  grade::Step step;
  step.at = "t = " + duration_ns(told.call.at_ns);
  step.did = fmt::format("acquire(\"{}\", {})", told.call.key, thousands(told.call.cost));
  step.expected = in_words(told.expected);
  step.came = told.came_in_words;
  step.agrees = !wrong;
  if (wrong) step.why = why(told, policy);
  return step;
}

grade::Timeline timeline_of(const std::vector<Told>& story, const Policy& policy) {
  const Told& wrong = story.back();
  grade::Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = static_cast<double>(policy.capacity);
  for (const auto& told : story) {
    if (told.call.key != wrong.call.key) continue;
    grade::Timeline::Call call;
    call.at_ns = told.call.at_ns;
    call.label = thousands(told.call.cost);
    call.expected = told.expected.admitted;
    if (told.came) call.came = told.came->admitted;
    call.agrees = &told != &wrong;
    timeline.calls.push_back(call);
    timeline.levels.push_back({told.call.at_ns, told.level_before, told.level_after});
  }
  return timeline;
}

// The window in which too much was admitted, or in which enough tokens had grown.
void bracket(const std::vector<Told>& story, const Policy& policy, grade::Timeline& timeline) {
  const Told& wrong = story.back();
  timeline.bracket_from_ns = timeline.calls.front().at_ns;
  timeline.bracket_to_ns = wrong.call.at_ns;
  const std::int64_t window_ns = timeline.bracket_to_ns - timeline.bracket_from_ns;
  const std::string window =
      window_ns == 0 ? "at one instant" : fmt::format("in {}", duration_ns(window_ns));
  if (!wrong.came || wrong.came->admitted == wrong.expected.admitted) {
    timeline.bracket_label = fmt::format(
        "{} of \"{}\" {}",
        timeline.calls.size() == 1 ? "one call" : fmt::format("{} calls", timeline.calls.size()),
        wrong.call.key, window);
    return;
  }
  std::int64_t admitted = 0;
  for (const auto& told : story) {
    const bool counted = told.call.key == wrong.call.key && told.came && told.came->admitted;
    if (counted) admitted += std::min(told.call.cost, policy.capacity);
  }
  timeline.bracket_label =
      wrong.came->admitted
          ? fmt::format("{} admitted {}: at most {}", tokens(admitted), window,
                        thousands(policy.capacity + window_ns / policy.interval_ns))
          : fmt::format("{} had grown by then", level_in_words(wrong.level_before));
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
  if (story.size() > told_steps_max) {
    story.erase(story.begin(), story.end() - static_cast<std::ptrdiff_t>(told_steps_max));
  }
  return fmt::format("; {} of {} calls are shown", story.size(),
                     thousands(static_cast<std::int64_t>(all)));
}

std::string reason_for(const Told& wrong, const std::string& kind) {
  return fmt::format("acquire(\"{}\", {}) at t = {}: {}", wrong.call.key,
                     thousands(wrong.call.cost), duration_ns(wrong.call.at_ns), kind);
}

}  // namespace

std::optional<std::string> difference(const Decision& expected, const std::optional<Decision>& came,
                                      Aspects aspects) {
  if (!came) return "not a decision";
  if (came->admitted != expected.admitted) {
    return came->admitted ? "admitted, but should be denied" : "denied, but should be admitted";
  }
  if (aspects.remaining && came->remaining != expected.remaining) {
    return came->remaining > expected.remaining ? "more remaining than there are"
                                                : "less remaining than there are";
  }
  if (!aspects.retry_after || came->retry_after_ns == expected.retry_after_ns) return std::nullopt;
  if (!expected.retry_after_ns) {
    return came->admitted ? "a retry_after on an admitted call"
                          : "told to wait, but never admitted";
  }
  if (!came->retry_after_ns) return "no retry_after, but waiting helps";
  return *came->retry_after_ns < *expected.retry_after_ns ? "told to retry too early"
                                                          : "told to wait too long";
}

void tell(const grade::Performance& performance, const grade::Violation& violation,
          grade::CheckResult& result) {
  const Policy policy = parse_policy(performance.exchanges[0].asked);
  result.situation = fmt::format("policy: capacity {}, one token every {}",
                                 thousands(policy.capacity), duration_ns(policy.interval_ns));
  if (violation.index == 0) return;

  auto story = retell(performance, violation.index);
  if (story.size() > told_steps_max) {
    result.situation += leave_out(story);
  }
  for (const auto& told : story) {
    result.steps.push_back(step_of(told, policy, &told == &story.back()));
  }
  const bool any_decision = std::any_of(story.begin(), story.end(),
                                        [](const Told& told) { return told.came.has_value(); });
  if (any_decision) {
    result.timeline = timeline_of(story, policy);
    bracket(story, policy, *result.timeline);
  }
  result.reason = reason_for(story.back(), violation.kind);
}

std::vector<std::string> look_alikes(const grade::Performance& performance) {
  std::vector<std::string> names;
  const Policy policy = parse_policy(performance.exchanges[0].asked);
  for (const Mistake mistake : all_mistakes()) {
    Model model(policy, mistake);
    bool same = true;
    for (std::size_t i = 1; i < performance.exchanges.size() && same; ++i) {
      const auto& [asked, answered] = performance.exchanges[i];
      same = answered && parse_decision(*answered) == model.acquire(parse_call(asked));
    }
    if (same) names.emplace_back(in_words(mistake));
  }
  return names;
}

}  // namespace assay::graders::rate_limiter
