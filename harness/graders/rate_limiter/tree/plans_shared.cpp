// Keys that share an organisation's quota: what each is owed, and how much another may have of it.
// Which of them may borrow, and when, is the solution's affair, so that these scripts ask
// everything often and the judge holds it to its promises.
#include <utility>

#include "graders/rate_limiter/tree/askers.hpp"
#include "graders/rate_limiter/tree/chase.hpp"
#include "graders/rate_limiter/tree/plans.hpp"

namespace assay::graders::rate_limiter {
namespace {

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
    scenario.spend(names[0], the_call).wait(random.between(0, token_ns));
  }
  scenario.spend(names[0], the_call, 1, quota.capacity + 1);
  for (std::size_t i = 1; i < weights.size(); ++i) {
    scenario.spend(names[i], the_call, burst * weights[i]).spend(names[i], the_call);
  }
  // Later each has again what its share has gained.
  scenario.wait(quota.period_ns);
  scenario.spend(names[0], the_call, 1, quota.capacity + 1);
  for (std::size_t i = 1; i < weights.size(); ++i) {
    scenario.spend(names[i], the_call, 1, quota.tokens + 1);
  }
  return scenario.spend(names[0], the_call, burst * weights[0] + 1);
}

// A share that gains a fraction of a token in each nanosecond, beside one that borrows all along.
TreeScenario exact_share(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(2, 6), random.between(1, 3),
                                          random.between(1, 5)};
  const TreeQuota quota{random.between(3, 9), random.between(5, 60), sum_of(weights)};
  TreeScenario scenario(sharing_policy(quota, weights));
  scenario.spend("alice", the_call, weights[0]).spend("bob", the_call, weights[1]);
  for (int i = 0; i < 250; ++i) {
    scenario.wait(1).spend("alice", the_call);
    if (i % 3 != 0) scenario.spend("bob", the_call);
  }
  return scenario.spend("carol", the_call, weights[2]);
}

// The most that a call may take, which isn't all that its share holds, and one token more: with
// full shares, drained, half full, and full again.
TreeScenario largest_call(base::Random& random, int keys) {
  auto weights = random_weights(random, keys, 5);
  weights[0] = random.between(2, 5);
  const std::int64_t sum = sum_of(weights);
  TreeQuota quota{random.between(2, 9), random.one_of(round_periods), random.between(2, 4) * sum};
  while (quota.capacity * weights[0] % sum == 0) ++quota.capacity;
  const std::int64_t most = quota.capacity * weights[0] / sum;
  const auto due_ns = [&](std::int64_t sixths_of_a_token) {
    return (sixths_of_a_token * quota.period_ns * sum) / (6 * quota.tokens * weights[0]) + 1;
  };
  TreeScenario scenario(sharing_policy(quota, weights));
  for (int round = 0; round < 2; ++round) {
    scenario.spend("alice", the_call, quota.capacity + 1).spend("alice", the_call, quota.capacity);
    scenario.spend("alice", the_call, most + 1).spend("alice", the_call, most);
    for (int sixth = 0; sixth < 8; ++sixth) {
      scenario.spend("alice", the_call, most + 1).spend("alice", the_call, most);
      scenario.spend("alice", the_call).wait(due_ns(1));
    }
    scenario.wait(due_ns(6 * (most + 1))).spend("bob", the_call, most + 1);
    scenario.wait(quota.period_ns * quota.capacity);
  }
  return scenario;
}

// Shares of odd weights, all drained, so that none has anything to lend: each token of each, to the
// nanosecond, late on the clock.
grade::Script odd_shares_of(base::Random& random, const TreeQuota& quota,
                            const std::vector<std::int64_t>& weights) {
  TreeChase chase(sharing_policy(quota, weights));
  chase.wait(late_at_ns);
  const auto names = names_of(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    chase.spend(names[i], the_call, quota.capacity * weights[i] / sum_of(weights));
  }
  return chase.chase(random,
                     {.rounds = 40, .pause_ns_max = quota.period_ns / quota.tokens, .cost_max = 1});
}

Plan odd_shares(base::Random& random) {
  return {odd_shares_of(random, {7, max_time_ns / 64, 64}, {5, 9, 17}),
          odd_shares_of(random, {random.between(2, 9), 1'000'003, 60}, {3, 7, 11, 13}),
          odd_shares_of(random, {999'983, max_time_ns / 7'001, 7'001}, {331, 333, 336})};
}

// So many keys that a table of 64 is too small; a line of the protocol holds no more. Each has a
// burst, and later a token.
TreeScenario hundred_keys(base::Random& random) {
  constexpr std::size_t keys = 100;
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const TreeQuota enough{9, 1, 9};
  const TreeQuota quota{random.between(2, 9), random.one_of(round_periods), 2 * keys};
  TreeOrganisation organisation{"acme", quota, {}};
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string last(1, letters[i % letters.size()]);
    organisation.keys.push_back(
        {i < letters.size() ? last : "a" + last, 1, enough, {{"r", 1, enough}}});
  }
  TreeScenario scenario({organisation});
  for (const auto& key : organisation.keys) scenario.spend(key.name, "r", 2).spend(key.name, "r");
  scenario.wait(quota.period_ns * static_cast<std::int64_t>(keys) / quota.tokens + 1);
  for (const auto& key : organisation.keys) scenario.spend(key.name, "r").spend(key.name, "r");
  return scenario;
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
    scenario.spend(greedy ? names[0] : random.one_of(names), the_call,
                   large ? random.between(2, 12) : 1);
  }
  return scenario;
}

// Polled nanosecond by nanosecond, so that every wait that is told is put to the test.
TreeScenario polled_waits(base::Random& random) {
  const std::vector<std::int64_t> weights{random.between(1, 4), random.between(1, 4),
                                          random.between(1, 4)};
  const TreeQuota quota{random.between(2, 7), random.between(11, 60), 2 * sum_of(weights)};
  TreeScenario scenario(sharing_policy(quota, weights));
  scenario.spend("alice", the_call, 2 * weights[0]).spend("bob", the_call, 2 * weights[1]);
  for (int i = 0; i < 120; ++i) scenario.spend(i % 40 < 30 ? "alice" : "bob", the_call).wait(1);
  return scenario;
}

// The same call again and again, before its time and after it, small and large.
TreeScenario repeated_waits(base::Random& random, std::int64_t period_ns) {
  const int keys = static_cast<int>(random.between(2, 5));
  const auto weights = random_weights(random, keys, 6);
  const std::int64_t sum = sum_of(weights);
  const TreeQuota quota{random.between(2, 9), period_ns,
                        random.between(2, 5) * sum + random.between(0, sum - 1)};
  TreeScenario scenario(sharing_policy(quota, weights));
  const auto names = names_of(weights.size());
  const std::int64_t token_ns = quota.period_ns / quota.tokens + 1;
  for (int i = 0; i < 120; ++i) {
    const auto key = static_cast<std::size_t>(random.between(0, keys - 1));
    const std::int64_t most = quota.capacity * weights[key] / sum;
    const std::int64_t cost = random.between(1, most + (random.chance(0.1) ? 1 : 0));
    for (std::int64_t again = random.between(1, 5); again > 0; --again) {
      scenario.spend(names[key], the_call, cost).wait(random.between(0, token_ns));
    }
    if (random.chance(0.05)) scenario.wait(quota.period_ns * random.between(1, 20));
  }
  return scenario;
}

}  // namespace

Plan plan_waits(base::Random& random) {
  Plan plan;
  for (int i = 0; i < 3; ++i) {
    plan.push_back(polled_waits(random));
    plan.push_back(repeated_waits(random, random.between(11, 60)));
    plan.push_back(repeated_waits(random, random.one_of(round_periods)));
  }
  for (const int keys : {2, 3}) plan.push_back(largest_call(random, keys));
  for (auto& script : odd_shares(random)) plan.push_back(std::move(script));
  return plan;
}

Plan plan_guarantee(base::Random& random) {
  Plan plan;
  for (const int keys : {2, 3, 5}) {
    plan.push_back(greedy_first(random, keys, 1));
    plan.push_back(greedy_first(random, keys, 6));
    plan.push_back(random_sharing(random, keys, 700));
  }
  for (int i = 0; i < 3; ++i) plan.push_back(exact_share(random));
  for (const int keys : {2, 3}) plan.push_back(largest_call(random, keys));
  for (auto& script : odd_shares(random)) plan.push_back(std::move(script));
  plan.push_back(hundred_keys(random));
  return plan;
}

}  // namespace assay::graders::rate_limiter
