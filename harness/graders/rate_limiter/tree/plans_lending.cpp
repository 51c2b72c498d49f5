// Who wants more than its share: whether all that is unused is lent, and by weight. Each script is
// long enough that what the contract allows in all is soon spent.
#include <algorithm>

#include "graders/rate_limiter/tree/askers.hpp"
#include "graders/rate_limiter/tree/plans.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

// All of an organisation's rate goes to the one who asks.
TreeScenario alone(base::Random& random) {
  const auto weights = random_weights(random, 4, 3);
  const TreeQuota quota = sharing_quota(random, weights);
  TreeScenario scenario(sharing_policy(quota, weights));
  keep_asking(random, scenario, quota, {{static_cast<std::size_t>(random.between(0, 3)), 4}}, 100);
  return scenario;
}

// Two or three are short, one of them asks far more often than the others, and the rest are idle.
TreeScenario some_short(base::Random& random, const std::vector<std::int64_t>& weights,
                        const std::vector<Asker>& askers) {
  std::int64_t cost_max = 1;
  for (const Asker& asker : askers) cost_max = std::max(cost_max, asker.cost);
  const TreeQuota quota = sharing_quota(random, weights, cost_max + 1);
  TreeScenario scenario(sharing_policy(quota, weights));
  keep_asking(random, scenario, quota, askers, 160);
  return scenario;
}

// One leaves, and the others have its part; it comes back, and has its own again.
TreeScenario leaves_and_returns(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(1, 2), random.between(3, 5), 1};
  const TreeQuota quota = sharing_quota(random, weights);
  TreeScenario scenario(sharing_policy(quota, weights));
  const std::vector<Asker> all{{0, 12}, {1, 4}, {2, 6}};
  keep_asking(random, scenario, quota, all, 60);
  keep_asking(random, scenario, quota, {all[0], all[2]}, 60);
  keep_asking(random, scenario, quota, all, 60);
  return scenario;
}

// One has borrowed alone for long when another comes: that was nobody's loss, and is not made up
// for.
TreeScenario comes_later(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(1, 2), random.between(1, 2),
                                          random.between(8, 10)};
  const TreeQuota quota = sharing_quota(random, weights);
  TreeScenario scenario(sharing_policy(quota, weights));
  keep_asking(random, scenario, quota, {{0, 4}}, 80);
  keep_asking(random, scenario, quota, {{0, 4}, {1, 4}}, 80);
  return scenario;
}

// Alone, with calls as large as is compatible with being lent something: a token remains.
TreeScenario alone_with_large_calls(base::Random& random) {
  const std::vector<std::int64_t> weights{1, random.between(4, 6)};
  const std::int64_t cost = random.between(3, 4);
  const TreeQuota quota = sharing_quota(random, weights, cost + 1);
  TreeScenario scenario(sharing_policy(quota, weights));
  keep_asking(random, scenario, quota, {{0, 4, cost}}, 160);
  return scenario;
}

// One wants all there is. Another asks for each token of its share as soon as that has it, and for
// no more: it is never short, and never full.
TreeScenario beside_a_modest_one(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(1, 2), random.between(1, 2),
                                          random.between(8, 10)};
  const TreeQuota quota = sharing_quota(random, weights);
  const std::int64_t share_token_ns =
      quota.period_ns * sum_of(weights) / (quota.tokens * weights[1]) + 1;
  TreeScenario scenario(sharing_policy(quota, weights));
  scenario.spend("bob", the_call, 2 * weights[1]);
  std::int64_t due_ns = share_token_ns;
  for (int i = 0; i < 600; ++i) {
    scenario.wait(4 * slot_ns(quota)).spend("alice", the_call);
    if (scenario.now_ns() < due_ns) continue;
    scenario.spend("bob", the_call);
    due_ns += share_token_ns;
  }
  return scenario;
}

// What is lent in a nanosecond isn't a whole number of anything: nearly half of it would be lost.
TreeScenario polled_alone(base::Random& random) {
  const std::int64_t weight = random.between(5, 9);
  const std::vector<std::int64_t> weights{weight, weight - 1};
  TreeScenario scenario(sharing_policy({1, random.between(10, 20), sum_of(weights)}, weights));
  for (int i = 0; i < 1'000; ++i) scenario.wait(1).spend("alice", the_call);
  return scenario;
}

}  // namespace

// Who asks often also has the larger weight: then a solution that lends to whoever comes first
// gives it the most beyond its part. (The smaller a key's share is, the more it waits to be lent.)
Plan plan_sharing(base::Random& random) {
  Plan plan;
  plan.push_back(alone(random));
  plan.push_back(alone_with_large_calls(random));
  plan.push_back(polled_alone(random));
  plan.push_back(beside_a_modest_one(random));
  plan.push_back(some_short(random, {2, 1, random.between(7, 9)}, {{0, 24}, {1, 4}}));
  plan.push_back(some_short(random, {1, random.between(4, 6), 2}, {{0, 6}, {1, 6}}));
  plan.push_back(some_short(random, {2, 1, 1, random.between(8, 10)}, {{0, 24}, {1, 6}, {2, 4}}));
  // Their calls are of different cost, and it is tokens that are divided.
  plan.push_back(some_short(random, {1, random.between(1, 2), random.between(1, 2), 14},
                            {{0, 6, 1}, {1, 6, 3}, {2, 6, 2}}));
  plan.push_back(comes_later(random));
  plan.push_back(leaves_and_returns(random));
  return plan;
}

}  // namespace assay::graders::rate_limiter
