#include "graders/rate_limiter/limiter/picture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

using base::duration_ns;
using base::thousands;

std::string amount(std::int64_t count, Kind kind) {
  return has_window(kind) ? thousands(count) : base::counted(count, "token");
}

// Where the calls that matter begin: a bucket's history has no end, a window has.
std::int64_t from_of(const std::vector<Told>& story, const Policy& policy) {
  const Told& wrong = story.back();
  std::int64_t from_ns = 0;
  if (policy.kind == Kind::fixed_window) from_ns = wrong.moment.time_ns - wrong.moment.elapsed_ns;
  if (policy.kind == Kind::sliding_log) from_ns = wrong.moment.time_ns - policy.period_ns + 1;
  if (policy.kind == Kind::sliding_counter) {
    from_ns = wrong.moment.time_ns - wrong.moment.elapsed_ns - policy.period_ns;
  }
  for (const auto& told : story) {
    const bool counts = told.call.key == wrong.call.key && told.moment.time_ns >= from_ns;
    if (counts) return told.moment.time_ns;
  }
  return wrong.moment.time_ns;
}

std::string too_much(std::int64_t admitted, const Told& wrong, const Policy& policy,
                     std::int64_t window_ns) {
  const auto limit = thousands(policy.limit);
  switch (policy.kind) {
    case Kind::fixed_window:
      return fmt::format("{} admitted in this window: at most {}", thousands(admitted), limit);
    case Kind::sliding_log:
      return fmt::format("{} admitted within {}: at most {}", thousands(admitted),
                         duration_ns(policy.period_ns), limit);
    case Kind::sliding_counter:
      return fmt::format("the estimate would be {:.6g}: at most {}",
                         static_cast<double>(policy.limit) - wrong.room_before +
                             static_cast<double>(wrong.call.cost),
                         limit);
    default:
      return fmt::format(
          "{} admitted {}: at most {}", amount(admitted, policy.kind),
          window_ns == 0 ? "at one instant" : fmt::format("in {}", duration_ns(window_ns)),
          thousands(policy.limit + window_ns / policy.period_ns));
  }
}

}  // namespace

std::string level_in_words(double level, Kind kind) {
  const auto whole = static_cast<std::int64_t>(level);
  if (level == static_cast<double>(whole)) return amount(whole, kind);
  return fmt::format("between {} and {}", thousands(whole), amount(whole + 1, kind));
}

Bracket bracket_of(const std::vector<Told>& story, const Policy& policy) {
  const Told& wrong = story.back();
  Bracket bracket{from_of(story, policy), wrong.moment.time_ns, {}};
  std::int64_t calls = 0;
  std::int64_t admitted = 0;
  for (const auto& told : story) {
    if (told.call.key != wrong.call.key || told.moment.time_ns < bracket.from_ns) continue;
    ++calls;
    if (told.came && told.came->admitted) admitted += std::min(told.call.cost, policy.limit);
  }
  const std::int64_t window_ns = bracket.to_ns - bracket.from_ns;
  if (!wrong.came || wrong.came->admitted == wrong.legal.front().admitted) {
    bracket.label = fmt::format(
        "{} of \"{}\" {}", calls == 1 ? "one call" : fmt::format("{} calls", calls), wrong.call.key,
        window_ns == 0 ? "at one instant" : fmt::format("in {}", duration_ns(window_ns)));
  } else if (wrong.came->admitted) {
    bracket.label = too_much(admitted, wrong, policy, window_ns);
  } else if (wrong.call.cost == 0) {
    bracket.label = "looking is always admitted";
  } else {
    const auto level = level_in_words(wrong.room_before, policy.kind);
    bracket.label = has_window(policy.kind) ? fmt::format("room for {} by then", level)
                                            : fmt::format("{} had grown by then", level);
  }
  return bracket;
}

grade::Timeline timeline_of(const std::vector<Told>& story, const Policy& policy,
                            const Bracket& bracket) {
  const Told& wrong = story.back();
  grade::Timeline timeline;
  timeline.level_name = has_window(policy.kind) ? "room" : "tokens";
  timeline.level_max = static_cast<double>(policy.limit);
  timeline.bracket_from_ns = bracket.from_ns;
  timeline.bracket_to_ns = bracket.to_ns;
  timeline.bracket_label = bracket.label;
  for (const auto& told : story) {
    if (told.call.key != wrong.call.key) continue;
    grade::Timeline::Call call;
    call.at_ns = told.moment.time_ns;
    call.label = thousands(told.call.cost);
    call.expected = told.legal.front().admitted;
    if (told.came) call.came = told.came->admitted;
    call.agrees = &told != &wrong;
    if (!timeline.calls.empty()) {
      for (const auto& bend : told.bends) {
        timeline.levels.push_back({bend.time_ns, bend.before, bend.after});
      }
    }
    timeline.calls.push_back(call);
    timeline.levels.push_back({told.moment.time_ns, told.room_before, told.room_after});
  }
  return timeline;
}

}  // namespace assay::graders::rate_limiter
