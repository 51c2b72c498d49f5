// Goal: what is right stays right under every schedule, whatever it waits with; and time passes.
// Method: a scenario for each kind of synchronisation, under 200 seeds each.
#include <gtest/gtest.h>

#include <chrono>

#include "host_test/scenario.hpp"
#include "threads/threads.hpp"

namespace assay::host::threads {
namespace {

class Primitive : public testing::TestWithParam<host_test::Named> {};

TEST_P(Primitive, WorksUnderEverySeed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const host_test::Scenario scenario = GetParam().make();
    const Outcome outcome = run({seed, 0, {}}, scenario.bodies);
    ASSERT_EQ(outcome.kind, Kind::finished) << "seed " << seed;
    ASSERT_EQ(scenario.mistake(), "") << "seed " << seed;
    for (const ThreadEnd& end : outcome.threads) ASSERT_GT(end.points, 0U) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Primitive, testing::ValuesIn(host_test::right_scenarios()),
                         [](const auto& named) { return std::string(named.param.name); });

TEST(VirtualTime, AnHourOfWaitingTakesNone) {
  const auto before = std::chrono::steady_clock::now();
  const host_test::Scenario scenario = host_test::sleeps_and_times_out();
  EXPECT_EQ(run({1, 0, {}}, scenario.bodies).kind, Kind::finished);
  EXPECT_EQ(scenario.mistake(), "");
  // The program's clocks have gone on by the two hours, which never go back.
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::hours(2));
}

}  // namespace
}  // namespace assay::host::threads
