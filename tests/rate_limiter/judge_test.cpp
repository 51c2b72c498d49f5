// What is right must pass, however it treats a clock that goes back, and after any shortening of
// the script, or shrinking would end at something that is no mistake. What is wrong must not pass.
// The second opinion on time is a list of each key's forward steps.
#include "graders/rate_limiter/limiter/judge.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/plans.hpp"
#include "graders/rate_limiter/limiter/retell.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr Aspects everything{.remaining = true, .retry_after = true};

std::vector<Call> calls_of(const grade::Script& script) {
  std::vector<Call> calls;
  for (const auto& line : script.operations) calls.push_back(parse_call(line));
  return calls;
}

std::vector<std::optional<Decision>> answers_of(Model model, const std::vector<Call>& calls) {
  std::vector<std::optional<Decision>> answers;
  for (const auto& call : calls) answers.push_back(model.acquire(call));
  return answers;
}

TEST(Judge, AcceptsEveryLegalWayAlsoInShorterScripts) {
  base::Random random(1);
  for (const auto& script : plan_clock_steps(random)) {
    const Policy policy = parse_policy(script.setup);
    const auto all = calls_of(script);
    for (const Way& way : legal_ways(all, policy.kind)) {
      auto calls = all;
      for (int shorter = 0; shorter < 3; ++shorter) {
        const auto answers = answers_of(Model(policy, Mistake::none, way), calls);
        ASSERT_FALSE(first_wrong(policy, calls, answers, everything)) << script.setup;
        std::erase_if(calls, [&](const Call&) { return random.chance(0.4); });
      }
    }
  }
}

TEST(Judge, CatchesEveryWrongWayInThePlan) {
  base::Random random(2);
  std::map<std::pair<Kind, Mistake>, int> caught;
  for (const auto& script : plan_clock_steps(random)) {
    const Policy policy = parse_policy(script.setup);
    const auto calls = calls_of(script);
    for (const auto mistake :
         {Mistake::clock_goes_back, Mistake::clock_stands_still, Mistake::step_back_forgives}) {
      for (const Way& way : ways_of(mistake, calls)) {
        const auto answers = answers_of(Model(policy, mistake, way), calls);
        if (first_wrong(policy, calls, answers, everything)) ++caught[{policy.kind, mistake}];
      }
    }
  }
  EXPECT_EQ(caught.size(), 3 * std::size(all_kinds));
  for (const auto& [what, times] : caught) EXPECT_GT(times, 5) << in_words(what.second);
}

TEST(Judge, KnowsOneWayWhileTheClockGoesForward) {
  EXPECT_EQ(legal_ways({{0, "a", 1}, {5, "b", 1}, {5, "a", 1}}, Kind::sliding_counter).size(), 1U);
}

TEST(Judge, TriesEveryGroupOfAFewKeys) {
  const std::vector<Call> calls{{9, "a", 1}, {5, "b", 1}, {7, "c", 1}};
  EXPECT_EQ(legal_ways(calls, Kind::sliding_log).size(), 5U);
  EXPECT_EQ(legal_ways(calls, Kind::fixed_window).size(), 10U);
}

TEST(Judge, TellsAWrongAdmissionBeforeAWrongNumber) {
  const Policy policy{1, 100, Kind::sliding_log};
  const std::vector<Call> calls{{0, "a", 1}, {1, "a", 1}, {2, "a", 1}};
  const auto wrong = first_wrong(
      policy, calls,
      {Decision{true, 0, {}}, Decision{false, 0, 1}, Decision{true, 0, std::nullopt}}, everything);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->index, 2U);
  EXPECT_EQ(wrong->difference, "admitted, but should be denied");
}

TEST(Timekeeper, AddsUpTheForwardStepsThatAGroupSees) {
  base::Random random(3);
  const Policy policy{5, 40, Kind::fixed_window};
  const Way way{Treatment::forward_steps, {{"a", "ab"}, {"b", "ab"}, {"c", "c"}}};
  Timekeeper time(way, policy);
  std::map<std::string, std::vector<std::int64_t>> shown;
  for (int i = 0; i < 500; ++i) {
    const Call call{random.between(0, 300), std::string(1, "abc"[random.between(0, 2)]), 1};
    auto& readings = shown[way.group_of.at(call.key)];
    readings.push_back(call.at_ns);
    std::int64_t passed_ns = readings.front();
    for (std::size_t k = 1; k < readings.size(); ++k) {
      if (readings[k] > readings[k - 1]) passed_ns += readings[k] - readings[k - 1];
    }
    const Moment moment = time.see(call);
    ASSERT_EQ(moment.time_ns, passed_ns);
    ASSERT_EQ(moment.window, passed_ns / 40);
    ASSERT_EQ(moment.elapsed_ns, passed_ns % 40);
  }
}

TEST(Timekeeper, KeepsWindowsOnTheClockWhereCountsAreCarriedOver) {
  const Policy policy{5, 100, Kind::sliding_counter};
  Timekeeper time({Treatment::carried_over, {}}, policy);
  EXPECT_EQ(time.see({950, "a", 1}).window, 9);
  const Moment back = time.see({370, "a", 1});
  EXPECT_EQ(back.window, 9);
  EXPECT_EQ(back.elapsed_ns, 70);
  const Moment next = time.see({401, "b", 1});
  EXPECT_EQ(next.window, 10);
  EXPECT_EQ(next.elapsed_ns, 1);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
