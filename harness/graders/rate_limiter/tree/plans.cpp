#include "graders/rate_limiter/tree/plans.hpp"

#include <array>

#include "graders/rate_limiter/tree/ledger.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

const std::string alice = "alice";
const std::string search = "search";
const std::string list = "list";

// A path of three nodes: one key, so that its share is all that the organisation has.
struct PathOf {
  TreeQuota organisation = boundless;
  TreeQuota key = boundless;
  TreeQuota route = boundless;
  std::int64_t price = 1;

  TreeQuota& at(TreeLevel level) {
    if (level == TreeLevel::organisation) return organisation;
    return level == TreeLevel::key ? key : route;
  }

  // Another route beside it has the same price, and boundless.
  TreePolicy policy(std::int64_t weight = 1) const {
    return {{"acme",
             organisation,
             {{alice, weight, key, {{search, price, route}, {list, price, boundless}}}}}};
  }
};

constexpr TreeLevel all_levels[] = {TreeLevel::organisation, TreeLevel::key, TreeLevel::route};

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

// Random calls of a random tree, most of them made again when they were told to come, and a
// nanosecond before.
TreeScenario chase_tree(base::Random& random, const TreePolicy& policy, int rounds) {
  TreeScenario scenario(policy);
  TreeLedger ledger(policy);
  const auto wait_of = [&](const TreeOperation& call) {
    const auto below =
        longer(ledger.wait_below(call, TreeLevel::key), ledger.wait_below(call, TreeLevel::route));
    return longer(ledger.wait_guaranteed(call), below);
  };
  const auto ask = [&](TreeOperation call) {
    call.at_ns = scenario.now_ns();
    scenario.spend(call.key, call.route, call.cost);
    const auto wait = wait_of(call);
    if (wait == 0) ledger.take(call);
    return wait;
  };
  for (int round = 0; round < rounds; ++round) {
    const auto& key = random.one_of(random.one_of(policy).keys);
    const TreeOperation call{0, key.name, random.one_of(key.routes).name, random.between(1, 3)};
    scenario.wait(random.between(0, 30) * ms);
    const auto wait = ask(call);
    if (!wait || wait == 0 || random.chance(0.2)) continue;
    scenario.wait(*wait - 1);
    ask(call);
    scenario.wait(1);
    ask(call);
  }
  return scenario;
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

// One dark node, which is emptied long before the others: it takes what it has, and counts.
TreeScenario dark_at(base::Random& random, TreeLevel dark) {
  PathOf path;
  const std::int64_t few = random.between(2, 5);
  path.price = random.between(1, 3);
  for (const TreeLevel level : all_levels) path.at(level) = {1, hour_ns, 3 * few * path.price};
  path.at(dark) = {path.price, 40 * ms, few * path.price, true};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, 1, few).count(alice, search);
  scenario.spend(alice, search, 1, random.between(2, few)).count(alice, search);
  scenario.wait(40 * ms).spend(alice, search).spend(alice, search).count(alice, search);
  // The live nodes deny from here on, and the dark one has no part in that.
  scenario.spend(alice, search, 3 * few).spend(alice, search, 1, 3 * few).count(alice, search);
  scenario.wait(hour_ns).spend(alice, search).spend(alice, search);
  return scenario.spend(alice, search, 2 * few + 1).count(alice, search);
}

// All dark: nothing is ever denied, and each counts for itself.
TreeScenario all_dark(base::Random& random) {
  PathOf path;
  for (const TreeLevel level : all_levels) {
    path.at(level) = {random.between(1, 3), 10 * ms, random.between(2, 6), true};
  }
  TreeScenario scenario(path.policy());
  for (int i = 0; i < 30; ++i) {
    scenario.wait(random.between(0, 8) * ms).spend(alice, search, random.between(1, 4));
    if (i % 5 == 4) scenario.count(alice, search);
  }
  return scenario.spend(alice, search, any_cost_max).count(alice, search);
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
  for (int i = 0; i < 3; ++i) plan.push_back(chase_tree(random, two_organisations(random), 60));
  for (int i = 0; i < 3; ++i) plan.push_back(shared_waits(random));
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
  plan.push_back(chase_tree(random, two_organisations(random), 300));
  for (const TreeQuota quota : {TreeQuota{1'000'000, 1, max_time_ns},
                                {1, max_time_ns, 1},
                                {999'999, max_time_ns / 3, 3},
                                {1, 1, 1}}) {
    plan.push_back(ends_of_tree_ranges(quota, 1));
    plan.push_back(ends_of_tree_ranges(quota, 1'000'000));
  }
  return plan;
}

Plan plan_dark(base::Random& random) {
  Plan plan;
  for (const TreeLevel level : all_levels) {
    for (int i = 0; i < 2; ++i) plan.push_back(dark_at(random, level));
  }
  for (int i = 0; i < 3; ++i) plan.push_back(all_dark(random));
  return plan;
}

}  // namespace assay::graders::rate_limiter
