// A plan may ask nothing that the contract doesn't allow: whatever the seed, times go forward and
// stay in range, policies and keys are legal, and the talk stays within its size.
#include "graders/rate_limiter/plans.hpp"

#include <gtest/gtest.h>

#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t max_time_ns = (std::int64_t{1} << 62) - 1;
constexpr std::size_t operations_max = 20'000;

void expect_legal(const grade::Script& script) {
  const Policy policy = parse_policy(script.setup);
  ASSERT_GE(policy.capacity, 1);
  ASSERT_GE(policy.interval_ns, 1);
  ASSERT_LE(policy.capacity, max_time_ns / policy.interval_ns) << script.setup;
  ASSERT_FALSE(script.operations.empty());
  std::int64_t now_ns = 0;
  for (const auto& line : script.operations) {
    const Call call = parse_call(line);
    ASSERT_GE(call.at_ns, now_ns) << line;
    ASSERT_LE(call.at_ns, max_time_ns) << line;
    ASSERT_GE(call.cost, 0) << line;
    ASSERT_FALSE(call.key.empty()) << line;
    ASSERT_LE(call.key.size(), 256U) << line;
    now_ns = call.at_ns;
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
      expect_legal(script);
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

}  // namespace
}  // namespace assay::graders::rate_limiter
