// Dark nodes: alone on a path, here and there in a tree, and organisations that share their quota.
#include <utility>

#include "graders/rate_limiter/tree/askers.hpp"
#include "graders/rate_limiter/tree/chase.hpp"
#include "graders/rate_limiter/tree/full_tree.hpp"
#include "graders/rate_limiter/tree/one_path.hpp"
#include "graders/rate_limiter/tree/plans.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

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

// A live node denies, and a dark one would for longer, or for ever: that is nobody's wait.
TreeScenario dark_would_deny_longer(base::Random& random, TreeLevel dark, TreeLevel denies) {
  PathOf path;
  const std::int64_t few = random.between(2, 5);
  path.at(denies) = {1, random.between(10, 40) * ms, few};
  path.at(dark) = {1, hour_ns, few - 1, true};
  TreeScenario scenario(path.policy());
  scenario.spend(alice, search, few).spend(alice, search).spend(alice, search, few);
  scenario.spend(alice, search, few + 1).wait(path.at(denies).period_ns - 1).spend(alice, search);
  return scenario.wait(1).spend(alice, search).spend(alice, search).count(alice, search);
}

// Each key of a dark organisation takes its share, and more, and the count is one for all of them.
TreeScenario dark_shares(base::Random& random) {
  const auto weights = random_weights(random, 3, 4);
  const std::int64_t burst = random.between(2, 3);
  const TreeQuota quota{1, hour_ns, burst * sum_of(weights), true};
  TreeScenario scenario(sharing_policy(quota, weights));
  const auto names = names_of(weights.size());
  const auto ask_everywhere = [&] {
    for (const auto& name : names) scenario.count(TreeLevel::organisation, name, the_call);
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    scenario.spend(names[i], the_call, burst * weights[i] + 1);
    ask_everywhere();
    scenario.spend(names[i], the_call, burst * weights[i]);
    ask_everywhere();
    scenario.spend(names[i], the_call, 1, random.between(1, 3));
    ask_everywhere();
  }
  return scenario;
}

// A dark organisation lends as any other: to the one who asks alone, and to two by their weights.
TreeScenario dark_lends(base::Random& random, const std::vector<std::int64_t>& weights,
                        const std::vector<Asker>& askers) {
  TreeQuota quota = sharing_quota(random, weights);
  quota.dark = true;
  TreeScenario scenario(sharing_policy(quota, weights));
  keep_asking(random, scenario, quota, askers, 100);
  return scenario;
}

}  // namespace

Plan plan_dark(base::Random& random) {
  Plan plan;
  for (const TreeLevel level : all_levels) {
    for (int i = 0; i < 2; ++i) plan.push_back(dark_at(random, level));
    for (const TreeLevel other : all_levels) {
      if (other != level) plan.push_back(dark_would_deny_longer(random, level, other));
    }
  }
  for (int i = 0; i < 3; ++i) plan.push_back(all_dark(random));
  for (int i = 0; i < 2; ++i) plan.push_back(dark_shares(random));
  for (const bool lends : {false, true, true}) {
    const TreePolicy policy = full_tree(random, {.organisations_deny = lends, .dark = 0.3});
    plan.push_back(TreeChase(policy).chase(random, {.rounds = 100, .counts = true}));
  }
  plan.push_back(dark_lends(random, {random.between(1, 2), random.between(7, 9)}, {{0, 4}}));
  plan.push_back(dark_lends(random, {2, 1, random.between(7, 9)}, {{0, 6}, {1, 4}}));
  return plan;
}

}  // namespace assay::graders::rate_limiter
