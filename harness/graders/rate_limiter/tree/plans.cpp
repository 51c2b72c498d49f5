// One organisation with one key, where every answer is known.
#include "graders/rate_limiter/tree/plans.hpp"

#include <array>
#include <utility>

#include "graders/rate_limiter/tree/chase.hpp"
#include "graders/rate_limiter/tree/one_path.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

TreeQuota plain_quota(base::Random& random, std::int64_t capacity_min, std::int64_t capacity_max) {
  return {random.between(2, 9), random.one_of(round_periods) * 10,
          random.between(capacity_min, capacity_max)};
}

// How long a quota takes to gain so many tokens.
std::int64_t time_for(const TreeQuota& quota, std::int64_t tokens) {
  return (quota.period_ns * tokens + quota.tokens - 1) / quota.tokens;
}

// One node denies, again and again, and another has taken nothing: later it has all that is left.
TreeScenario denied_takes_nowhere(base::Random& random, TreeLevel denies, TreeLevel asked_after) {
  PathOf path;
  const std::int64_t few = random.between(2, 4);
  const std::int64_t left = random.between(1, few);
  path.at(denies) = {few, random.between(2, 9) * ms, few};
  path.at(asked_after) = {1, hour_ns, few + left};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, 1, few).spend(alice, search, 1, random.between(2, 6));
  scenario.wait(path.at(denies).period_ns);
  return scenario.spend(alice, search, 1, left).spend(alice, search);
}

// Two nodes deny, and the wait is the longer one; whichever that is, the upper one is named.
TreeScenario two_deny(base::Random& random, TreeLevel quick, TreeLevel slow) {
  PathOf path;
  const std::int64_t few = random.between(2, 5);
  path.at(quick) = {1, random.between(10, 20) * ms, few};
  path.at(slow) = {1, random.between(30, 70) * ms, few};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, few).spend(alice, search);
  for (const TreeLevel level : {quick, slow}) {
    const std::int64_t until_ns = path.at(level).period_ns;
    scenario.at(until_ns - 1).spend(alice, search).at(until_ns).spend(alice, search);
  }
  return scenario;
}

// A cost that one node can never hold, while another would have it later.
TreeScenario never(base::Random& random, TreeLevel small) {
  PathOf path;
  for (const TreeLevel level : all_levels) path.at(level) = {1, 50 * ms, 9};
  path.at(small) = {1, 50 * ms, random.between(3, 6)};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, 2).spend(alice, search, path.at(small).capacity);
  return scenario.spend(alice, search, path.at(small).capacity + 1).spend(alice, search, 10);
}

// Two organisations of one key each, and two routes of different prices.
TreePolicy two_organisations(base::Random& random) {
  TreePolicy policy;
  for (const char* name : {"acme", "bolt"}) {
    TreeKey key{
        std::string("key-of-") + name, random.between(1, 5), plain_quota(random, 8, 14), {}};
    for (const auto& route : {search, list}) {
      key.routes.push_back({route, random.between(1, 3), plain_quota(random, 6, 12)});
    }
    policy.push_back({name, plain_quota(random, 9, 16), {key}});
  }
  return policy;
}

// An odd rate at one node, polled through many periods.
TreeScenario odd_rate(base::Random& random, TreeLevel level, const TreeQuota& quota,
                      std::int64_t start_ns) {
  PathOf path;
  path.at(level) = quota;
  TreeScenario scenario(path.policy(random.between(1, 7)));
  scenario.at(start_ns).spend(alice, search, quota.capacity);
  const std::int64_t token_ns = time_for(quota, 1);
  for (int token = 1; token <= 40; ++token) {
    const std::int64_t due_ns = start_ns + time_for(quota, token);
    if (token_ns > 2) scenario.at(due_ns - 1).spend(alice, search);
    scenario.at(due_ns).spend(alice, search);
  }
  return scenario;
}

// What a short poll leaves over adds up over a long time.
TreeScenario many_polls(TreeLevel level, const TreeQuota& quota, std::int64_t every_ns, int polls) {
  PathOf path;
  path.at(level) = quota;
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, quota.capacity);
  for (int i = 0; i < polls; ++i) scenario.wait(every_ns).spend(alice, search);
  return scenario;
}

// Every node takes price * cost, and one of them runs out first.
TreeScenario priced(base::Random& random, TreeLevel level) {
  PathOf path;
  path.price = random.between(3, 7);
  path.at(level) = {path.price, random.between(3, 9) * ms, path.price * 5 + 1};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, 2).spend(alice, search, 3).spend(alice, search);
  scenario.wait(path.at(level).period_ns - 1).spend(alice, search);
  scenario.wait(1).spend(alice, search).spend(alice, search);
  return scenario.spend(alice, list, 6).spend(alice, list, any_cost_max);
}

TreeScenario ends_of_tree_ranges(const TreeQuota& quota, std::int64_t price) {
  PathOf path;
  path.organisation = path.key = path.route = quota;
  path.price = price;
  const std::int64_t most = quota.capacity / price;
  TreeScenario scenario(path.policy(1'000));
  scenario.spend(alice, search, any_cost_max).spend(alice, search, most + 1);
  scenario.spend(alice, search, std::max<std::int64_t>(1, most)).spend(alice, search);
  scenario.at(late_at_ns)
      .spend(alice, search, std::max<std::int64_t>(1, most))
      .spend(alice, search);
  return scenario.at(max_time_ns).spend(alice, search).spend(alice, search, any_cost_max);
}

}  // namespace

Plan plan_tree(base::Random& random) {
  Plan plan;
  for (const TreeLevel one : all_levels) {
    for (const TreeLevel other : all_levels) {
      if (one == other) continue;
      plan.push_back(denied_takes_nowhere(random, one, other));
      plan.push_back(two_deny(random, one, other));
    }
    plan.push_back(never(random, one));
  }
  for (int i = 0; i < 3; ++i) {
    plan.push_back(TreeChase(two_organisations(random)).chase(random, {.rounds = 60}));
  }
  for (const auto more : {plan_full_trees, plan_waits}) {
    for (auto& script : more(random)) plan.push_back(std::move(script));
  }
  return plan;
}

Plan plan_rates(base::Random& random) {
  Plan plan;
  for (const TreeLevel level : all_levels) {
    const std::int64_t few = random.between(2, 6);
    plan.push_back(odd_rate(random, level, {7, 3'000 * ms, few}, 0));
    plan.push_back(odd_rate(random, level, {random.between(3, 9), 1'000'000'007, few}, late_at_ns));
    plan.push_back(odd_rate(random, level, {999'983, 1'000'000'007, few}, 0));
    plan.push_back(many_polls(level, {3, 7, 1}, 1, 150));
    plan.push_back(many_polls(level, {random.between(2, 4), 1'000'003, few}, 100'003, 400));
    plan.push_back(priced(random, level));
  }
  plan.push_back(TreeChase(two_organisations(random)).chase(random, {.rounds = 300}));
  for (const TreeQuota quota : {TreeQuota{1'000'000, 1, max_time_ns},
                                {1, max_time_ns, 1},
                                {999'999, max_time_ns / 3, 3},
                                {1, 1, 1}}) {
    plan.push_back(ends_of_tree_ranges(quota, 1));
    plan.push_back(ends_of_tree_ranges(quota, 1'000'000));
  }
  return plan;
}

}  // namespace assay::graders::rate_limiter
