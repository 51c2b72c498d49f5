// Trees of many nodes, each of which has a state of its own.
#include <cstdint>
#include <string>
#include <vector>

#include "graders/rate_limiter/tree/chase.hpp"
#include "graders/rate_limiter/tree/full_tree.hpp"
#include "graders/rate_limiter/tree/plans.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

const std::vector<std::string> key_names{"alice", "bob",  "carol", "dave", "erin",
                                         "frank", "gina", "hugo",  "ida",  "jack",
                                         "kate",  "leo",  "mona",  "nils", "olga"};
constexpr int keys_max = 5;  // of an organisation

// Some calls are more than it can ever hold, most are not.
TreeQuota tight_quota(base::Random& random, std::int64_t capacity_min, std::int64_t capacity_max,
                      const TreeShape& shape) {
  TreeQuota quota{random.between(2, 9), random.one_of(round_periods) * 5,
                  random.between(capacity_min, capacity_max)};
  quota.dark = random.chance(shape.dark);
  return quota;
}

TreeKey full_key(base::Random& random, const std::string& name, int routes,
                 const TreeShape& shape) {
  TreeKey key{name, random.between(1, 5), tight_quota(random, 10, 16, shape), {}};
  for (const char* route : {"search", "list", "pay"}) {
    if (routes-- > 0) {
      key.routes.push_back({route, random.between(1, 4), tight_quota(random, 6, 12, shape)});
    }
  }
  return key;
}

// Whoever writes the two names of a path one after the other, with anything that a name may have in
// between or with nothing, has one path here where there are two: x of x/x, and x/x of x.
TreeScenario names_that_join(base::Random& random) {
  const std::string x = random.one_of(std::vector<std::string>{"x", "eu", "n1"});
  const std::vector<std::string> separators{"",  "/", ":", "::", ".", "-", "_", "|",
                                            "#", ",", ";", "@",  "+", "=", "~"};
  const auto quota = [&] { return TreeQuota{1, hour_ns, random.between(2, 4)}; };
  TreeOrganisation organisation{"acme", boundless, {{x, 1, boundless, {}}}};
  for (const auto& separator : separators) {
    const std::string both = x + separator + x;
    organisation.keys[0].routes.push_back({both, 1, quota()});
    organisation.keys.push_back({both, 1, boundless, {{x, 1, quota()}}});
  }
  TreeScenario scenario({organisation});
  for (const auto& key : organisation.keys) {
    for (const auto& route : key.routes) {
      scenario.spend(key.name, route.name, route.quota.capacity).spend(key.name, route.name);
    }
  }
  return scenario;
}

}  // namespace

TreePolicy full_tree(base::Random& random, const TreeShape& shape) {
  TreePolicy policy;
  const auto organisations = static_cast<std::size_t>(random.between(1, 3));
  for (std::size_t i = 0; i < organisations; ++i) {
    TreeOrganisation organisation{
        std::vector<std::string>{"acme", "bolt", "crux"}[i], boundless, {}};
    const auto keys = static_cast<std::size_t>(random.between(i == 0 ? 2 : 1, keys_max));
    const int routes = static_cast<int>(random.between(1, 3));
    std::int64_t weights = 0;
    for (std::size_t k = 0; k < keys; ++k) {
      organisation.keys.push_back(full_key(random, key_names[i * keys_max + k], routes, shape));
      weights += organisation.keys.back().weight;
    }
    if (shape.organisations_deny) {
      organisation.quota = tight_quota(random, 5 * weights, 8 * weights, shape);
      organisation.quota.tokens *= weights;
      organisation.quota.dark = shape.dark > 0;
    }
    policy.push_back(organisation);
  }
  return policy;
}

Plan plan_full_trees(base::Random& random) {
  Plan plan;
  for (const bool organisations_deny : {false, false, true, true, true, true}) {
    const TreePolicy policy = full_tree(random, {.organisations_deny = organisations_deny});
    plan.push_back(TreeChase(policy).chase(random, {.rounds = 120}));
  }
  plan.push_back(names_that_join(random));
  return plan;
}

}  // namespace assay::graders::rate_limiter
