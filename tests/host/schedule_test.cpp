// Goal: one seed is one interleaving, and what it found is found again from its choices alone.
// Method: small wrong programs, instrumented as solutions are, under many seeds, more than once.
#include <gtest/gtest.h>

#include <set>

#include "host_test/scenario.hpp"
#include "threads/threads.hpp"

namespace assay::host::threads {
namespace {

using host_test::Scenario;

std::set<std::uint64_t> seeds_that_fail(Scenario (*make)(), std::uint64_t seeds) {
  std::set<std::uint64_t> failing;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Scenario scenario = make();
    const Outcome outcome = run({seed, 0, {}}, scenario.bodies);
    EXPECT_EQ(outcome.kind, Kind::finished);
    if (!scenario.mistake().empty()) failing.insert(seed);
  }
  return failing;
}

std::string in_words(const Outcome& outcome) {
  std::string words;
  for (const Event& event : outcome.events) {
    words += std::to_string(static_cast<int>(event.kind)) + ' ' + std::to_string(event.thread) +
             '.' + std::to_string(event.point) + '>' + std::to_string(event.to) + " at";
    for (std::size_t i = 0; i < event.at.count; ++i) {
      words += ' ' + std::to_string(event.at.offsets.at(i));
    }
    words += '\n';
  }
  for (const ThreadEnd& end : outcome.threads) words += std::to_string(end.points) + '\n';
  return words;
}

TEST(Schedule, CheckThenActFailsAtTheSameSeedsEachTime) {
  const auto failing = seeds_that_fail(host_test::check_then_act, 100);
  EXPECT_GE(failing.size(), 3U);
  EXPECT_LE(failing.size(), 97U);
  EXPECT_EQ(failing, seeds_that_fail(host_test::check_then_act, 100));
}

TEST(Schedule, LosesAnUpdateOfAPlainNumber) {
  const auto failing = seeds_that_fail(host_test::lost_update, 100);
  EXPECT_GE(failing.size(), 3U);
  EXPECT_EQ(failing, seeds_that_fail(host_test::lost_update, 100));
}

TEST(Schedule, NothingIsWrongWithACompareAndSwapLoop) {
  EXPECT_TRUE(seeds_that_fail(host_test::compare_and_swap_loop, 1'000).empty());
}

TEST(Schedule, FindsThreeSwitchesWithinAFewThousandSeeds) {
  const auto failing = seeds_that_fail(host_test::three_switches, 3'000);
  ASSERT_FALSE(failing.empty());
  RecordProperty("first_seed", std::to_string(*failing.begin()));
  RecordProperty("failing_of_3000", std::to_string(failing.size()));
}

TEST(Schedule, WithoutChoicesOneThreadRunsAfterTheOther) {
  const Scenario scenario = host_test::three_switches();
  const Outcome outcome = run({}, scenario.bodies);
  ASSERT_EQ(outcome.events.size(), 1U);
  EXPECT_EQ(outcome.events[0].kind, EventKind::ended);
  EXPECT_TRUE(outcome.choices.empty());
}

TEST(Schedule, ItsChoicesRepeatARunEventForEvent) {
  auto scenarios = host_test::right_scenarios();
  scenarios.push_back({"check_then_act", host_test::check_then_act});
  scenarios.push_back({"three_switches", host_test::three_switches});
  scenarios.push_back({"compare_and_swap_loop", host_test::compare_and_swap_loop});
  for (const auto& [name, make] : scenarios) {
    run({}, make().bodies);  // static objects are made once
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Outcome first = run({seed, 0, {}}, make().bodies);
      const Outcome again = run({std::nullopt, 0, first.choices}, make().bodies);
      ASSERT_EQ(in_words(first), in_words(again)) << name << " at seed " << seed;
      ASSERT_EQ(first.choices, again.choices) << name << " at seed " << seed;
    }
  }
}

TEST(Schedule, ImpossibleChoicesAreIgnored) {
  const Schedule schedule{std::nullopt, 0, {{0, 1, 63}, {0, 2, 77}, {1, 1, 0}, {5, 1, 0}}};
  const Scenario scenario = host_test::check_then_act();
  EXPECT_EQ(run(schedule, scenario.bodies).kind, Kind::finished);
  EXPECT_EQ(scenario.mistake(), "");
}

TEST(Schedule, CodeWithoutPointsIsSeen) {
  const Outcome outcome = run({}, {[] {}, [] {}});
  EXPECT_EQ(outcome.threads[0].points, 0U);
  EXPECT_EQ(outcome.threads[1].points, 0U);
}

TEST(Schedule, AnExceptionEndsItsBodyOnly) {
  const Outcome outcome = run({7, 0, {}}, host_test::throws().bodies);
  EXPECT_EQ(outcome.kind, Kind::finished);
  EXPECT_EQ(outcome.threads[0].threw, "as planned");
  EXPECT_FALSE(outcome.threads[1].threw);
}

TEST(Schedule, SwitchesSayWhereInTheProgramTheyWere) {
  const Outcome outcome = run({std::nullopt, 0, {{0, 2, 1}}}, host_test::check_then_act().bodies);
  ASSERT_FALSE(outcome.events.empty());
  EXPECT_EQ(outcome.events[0].kind, EventKind::preempted);
  EXPECT_GE(outcome.events[0].at.count, 1U);
}

}  // namespace
}  // namespace assay::host::threads
