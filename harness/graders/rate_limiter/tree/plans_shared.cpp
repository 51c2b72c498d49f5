// Keys that share an organisation's quota. Which of them may borrow, and when, is the solution's
// affair, so that these scripts ask everything often and the judge holds it to its promises.
#include <utility>

#include "graders/rate_limiter/tree/plans.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

const std::string call = "call";

std::vector<std::string> names_of(std::size_t count) {
  const std::vector<std::string> all{"alice", "bob", "carol", "dave", "erin"};
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

// Only the organisation ever denies.
TreePolicy sharing_policy(const TreeQuota& quota, const std::vector<std::int64_t>& weights) {
  TreeOrganisation organisation{"acme", quota, {}};
  const auto names = names_of(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    organisation.keys.push_back({names[i], weights[i], boundless, {{call, 1, boundless}}});
  }
  return {organisation};
}

std::int64_t sum_of(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += weight;
  return sum;
}

std::vector<std::int64_t> random_weights(base::Random& random, int keys, std::int64_t most) {
  std::vector<std::int64_t> weights;
  for (int i = 0; i < keys; ++i) weights.push_back(random.between(1, most));
  return weights;
}

// One key asks for all there is and more, for a while; then each of the others asks for its burst.
TreeScenario greedy_first(base::Random& random, int keys, std::int64_t times_the_burst) {
  const auto weights = random_weights(random, keys, 4);
  const std::int64_t burst = random.between(2, 4);
  const TreeQuota quota{random.between(3, 9), random.one_of(round_periods) * 3,
                        burst * sum_of(weights)};
  TreeScenario scenario(sharing_policy(quota, weights));
  const auto names = names_of(weights.size());
  const std::int64_t token_ns = quota.period_ns / quota.tokens + 1;
  for (std::int64_t i = 0; i < times_the_burst * burst * weights[0]; ++i) {
    scenario.spend(names[0], call).wait(random.between(0, token_ns));
  }
  scenario.spend(names[0], call, 1, quota.capacity + 1);
  for (std::size_t i = 1; i < weights.size(); ++i) {
    scenario.spend(names[i], call, burst * weights[i]).spend(names[i], call);
  }
  // Later each has again what its share has gained.
  scenario.wait(quota.period_ns);
  scenario.spend(names[0], call, 1, quota.capacity + 1);
  for (std::size_t i = 1; i < weights.size(); ++i) {
    scenario.spend(names[i], call, 1, quota.tokens + 1);
  }
  return scenario.spend(names[0], call, burst * weights[0] + 1);
}

// A share that gains a fraction of a token in each nanosecond, beside one that borrows all along.
TreeScenario exact_share(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(2, 6), random.between(1, 3),
                                          random.between(1, 5)};
  const TreeQuota quota{random.between(3, 9), random.between(5, 60), sum_of(weights)};
  TreeScenario scenario(sharing_policy(quota, weights));
  scenario.spend("alice", call, weights[0]).spend("bob", call, weights[1]);
  for (int i = 0; i < 250; ++i) {
    scenario.wait(1).spend("alice", call);
    if (i % 3 != 0) scenario.spend("bob", call);
  }
  return scenario.spend("carol", call, weights[2]);
}

// Everybody asks at random, small and large.
TreeScenario random_sharing(base::Random& random, int keys, int calls) {
  const auto weights = random_weights(random, keys, 6);
  const TreeQuota quota{random.between(2, 9), random.one_of(round_periods),
                        random.between(2, 5) * sum_of(weights) + random.between(0, 3)};
  TreeScenario scenario(sharing_policy(quota, weights));
  const auto names = names_of(weights.size());
  const std::int64_t token_ns = quota.period_ns / quota.tokens + 1;
  for (int i = 0; i < calls; ++i) {
    if (random.chance(0.5)) scenario.wait(random.between(0, token_ns));
    if (random.chance(0.01)) scenario.wait(quota.period_ns * random.between(1, 20));
    const bool greedy = random.chance(0.5);
    const bool large = random.chance(0.1);
    scenario.spend(greedy ? names[0] : random.one_of(names), call,
                   large ? random.between(2, 12) : 1);
  }
  return scenario;
}

// A key that keeps asking, so often in the time in which the organisation gains a token; of that,
// 24 slots are a little less.
struct Asker {
  std::size_t key = 0;
  int times = 4;
};

constexpr int slots_per_token = 24;

// When within its part of the time an asker calls is chance: otherwise tokens and calls may keep
// step, and who asks seldom comes first each time.
void keep_asking(base::Random& random, TreeScenario& scenario, const TreeQuota& quota,
                 const std::vector<Asker>& askers, int tokens) {
  const auto names = names_of(5);
  const std::int64_t slot_ns = quota.period_ns / quota.tokens / (slots_per_token + 1);
  std::vector<int> next(askers.size(), 0);
  for (int slot = 0; slot < tokens * slots_per_token; ++slot) {
    scenario.wait(slot_ns);
    for (std::size_t i = 0; i < askers.size(); ++i) {
      const int part = slots_per_token / askers[i].times;
      if (slot % part == 0) next[i] = slot + static_cast<int>(random.between(0, part - 1));
      if (slot == next[i]) scenario.spend(names[askers[i].key], call);
    }
  }
}

TreeQuota sharing_quota(base::Random& random, const std::vector<std::int64_t>& weights) {
  const std::int64_t tokens = random.between(2, 9);
  return {tokens, tokens * (slots_per_token + 1) * random.between(1, 20) * ms, 2 * sum_of(weights)};
}

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
  const TreeQuota quota = sharing_quota(random, weights);
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

}  // namespace

grade::Script shared_waits(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(1, 4), random.between(1, 4),
                                          random.between(1, 4)};
  const TreeQuota quota{random.between(2, 7), random.between(11, 60), 2 * sum_of(weights)};
  TreeScenario scenario(sharing_policy(quota, weights));
  scenario.spend("alice", call, 2 * weights[0]).spend("bob", call, 2 * weights[1]);
  for (int i = 0; i < 120; ++i) scenario.spend(i % 40 < 30 ? "alice" : "bob", call).wait(1);
  return scenario;
}

Plan plan_guarantee(base::Random& random) {
  Plan plan;
  for (const int keys : {2, 3, 5}) {
    plan.push_back(greedy_first(random, keys, 1));
    plan.push_back(greedy_first(random, keys, 6));
    plan.push_back(random_sharing(random, keys, 700));
  }
  for (int i = 0; i < 3; ++i) plan.push_back(exact_share(random));
  return plan;
}

// Who asks often also has the larger weight: then a solution that lends to whoever comes first
// gives it the most beyond its part. (The smaller a key's share is, the more it waits to be lent.)
Plan plan_sharing(base::Random& random) {
  Plan plan;
  plan.push_back(alone(random));
  plan.push_back(some_short(random, {2, 1, random.between(7, 9)}, {{0, 24}, {1, 4}}));
  plan.push_back(some_short(random, {1, random.between(4, 6), 2}, {{0, 6}, {1, 6}}));
  plan.push_back(some_short(random, {2, 1, 1, random.between(8, 10)}, {{0, 24}, {1, 6}, {2, 4}}));
  plan.push_back(leaves_and_returns(random));
  return plan;
}

}  // namespace assay::graders::rate_limiter
