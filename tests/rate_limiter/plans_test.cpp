// A plan may ask nothing that the contract doesn't allow: whatever the seed, times stay
// in range and go back at level 2's clock_steps only, policies and keys are legal, and the talk
// stays within its size.
#include "graders/rate_limiter/limiter/plans.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t max_time_ns = (std::int64_t{1} << 62) - 1;
constexpr std::size_t operations_max = 20'000;
constexpr std::size_t keys_of_an_unsteady_clock_max = 4;  // the judge tries all groups of these

void expect_legal(const grade::Script& script, bool may_go_back) {
  const Policy policy = parse_policy(script.setup);
  ASSERT_GE(policy.limit, 1);
  ASSERT_GE(policy.period_ns, 1);
  ASSERT_LE(policy.limit, max_time_ns / policy.period_ns) << script.setup;
  ASSERT_FALSE(script.operations.empty());
  std::int64_t now_ns = 0;
  std::int64_t left_ns = max_time_ns;  // of what forward steps may add up to
  std::set<std::string> keys;
  for (const auto& line : script.operations) {
    const Call call = parse_call(line);
    ASSERT_GE(call.at_ns, may_go_back ? 0 : now_ns) << line;
    ASSERT_LE(call.at_ns - now_ns, left_ns) << line;
    left_ns -= std::max<std::int64_t>(0, call.at_ns - now_ns);
    keys.insert(call.key);
    ASSERT_LE(call.at_ns, max_time_ns) << line;
    ASSERT_GE(call.cost, 0) << line;
    ASSERT_FALSE(call.key.empty()) << line;
    ASSERT_LE(call.key.size(), 256U) << line;
    now_ns = call.at_ns;
  }
  if (may_go_back) {
    ASSERT_LE(keys.size(), keys_of_an_unsteady_clock_max);
  }
}

class Plans : public testing::TestWithParam<Plan (*)(base::Random&)> {};

TEST_P(Plans, AskOnlyWhatTheContractAllows) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    base::Random random(seed);
    std::size_t operations = 0;
    const Plan plan = GetParam()(random);
    ASSERT_FALSE(plan.empty());
    for (const auto& script : plan) {
      expect_legal(script, GetParam() == plan_clock_steps);
      operations += script.operations.size();
    }
    ASSERT_LE(operations, operations_max);
  }
}

TEST_P(Plans, ComeFromTheirSeedAlone) {
  base::Random first(7);
  base::Random second(7);
  const Plan a = GetParam()(first);
  const Plan b = GetParam()(second);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].setup, b[i].setup);
    EXPECT_EQ(a[i].operations, b[i].operations);
  }
}

INSTANTIATE_TEST_SUITE_P(OfLevel1, Plans,
                         testing::Values(plan_capacity, plan_refill, plan_cost, plan_retry_after,
                                         plan_exactness));
INSTANTIATE_TEST_SUITE_P(OfLevel2, Plans,
                         testing::Values(plan_gcra, plan_fixed_window, plan_sliding_log,
                                         plan_sliding_counter, plan_clock_steps));

}  // namespace
}  // namespace assay::graders::rate_limiter
