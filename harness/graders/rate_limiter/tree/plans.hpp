// The calls that each check of level 6 makes. Their structure is fixed, so that a mistake is met on
// every run; their numbers come from the seed.
#pragma once

#include "graders/rate_limiter/limiter/plans.hpp"

namespace assay::graders::rate_limiter {

// One organisation with one key, where every answer is known (plans.cpp).
Plan plan_rates(base::Random& random);

// All nodes of a path: one key, and full trees (plans.cpp, plans_trees.cpp).
Plan plan_tree(base::Random& random);
Plan plan_full_trees(base::Random& random);

// Dark nodes, and dark organisations that lend (plans_dark.cpp).
Plan plan_dark(base::Random& random);

// Several keys that share: what they are owed, and the waits that they are told (plans_shared.cpp).
Plan plan_guarantee(base::Random& random);
Plan plan_waits(base::Random& random);

// Who wants more than its share (plans_lending.cpp).
Plan plan_sharing(base::Random& random);

}  // namespace assay::graders::rate_limiter
