// Goal: whatever the seed, a gateway is asked only what its contract allows, and each plan has what
// the mistakes need to show. Method: many plans, and their parts looked at.
#include "graders/rate_limiter/gateway/plans.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace assay::graders::rate_limiter {
namespace {

constexpr int seeds = 30;
constexpr std::size_t under_way_max = 60;  // docs/protocols.md

bool is_legal(const GatewayQuota& quota) {
  return quota.requests >= 1 && quota.requests <= 1'000'000 && quota.window_s >= 1 &&
         quota.window_s <= 3'600 && quota.window_ns() % quota.requests == 0;
}

void expect_legal(const LanePlan& plan) {
  EXPECT_TRUE(is_legal(plan.setup.key));
  std::set<std::string> names{"key"};
  std::set<std::string> prefixes;
  for (const auto& route : plan.setup.routes) {
    EXPECT_TRUE(prefixes.insert(route.prefix).second) << route.prefix;
    if (!route.quota) continue;
    EXPECT_TRUE(is_legal(*route.quota));
    EXPECT_TRUE(names.insert(route.quota->name).second) << route.quota->name;
  }
  std::size_t under_way = 0;
  for (const auto& lane : plan.lanes) {
    std::size_t most = 0;
    for (const auto& step : lane.steps) {
      most = std::max(most, step.asks.size());
      EXPECT_GE(step.ms, 0);
      for (const auto& ask : step.asks) EXPECT_EQ(to_line(parse_ask(to_line(ask))), to_line(ask));
    }
    under_way += most;
  }
  EXPECT_LE(under_way, under_way_max);
  // So nobody has to wait for a slot, or is one of too many of a key.
  EXPECT_LE(under_way, static_cast<std::size_t>(plan.setup.slots));
}

TEST(GatewayPlans, AskOnlyWhatTheContractAllows) {
  for (const auto planner : {plan_quotas, plan_come_back, plan_fields, plan_addresses}) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      base::Random random(seed);
      for (const auto& plan : planner(random)) expect_legal(plan);
    }
  }
}

TEST(GatewayPlans, HaveAShorterPrefixBeforeALongerOneAndBehindOne) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    base::Random random(seed);
    const auto routes = plan_quotas(random).front().setup.routes;
    std::set<bool> shorter_first;
    for (std::size_t i = 0; i < routes.size(); ++i) {
      for (std::size_t j = i + 1; j < routes.size(); ++j) {
        if (routes[j].prefix.starts_with(routes[i].prefix)) shorter_first.insert(true);
        if (routes[i].prefix.starts_with(routes[j].prefix)) shorter_first.insert(false);
      }
    }
    EXPECT_EQ(shorter_first.size(), 2U) << seed;
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
