// The calls that each check of level 6 makes. Their structure is fixed, so that a mistake is met on
// every run; their numbers come from the seed.
#pragma once

#include "graders/rate_limiter/limiter/plans.hpp"

namespace assay::graders::rate_limiter {

// One organisation with one key, where every answer is known: plan_tree, plan_rates, plan_dark.
Plan plan_tree(base::Random& random);
Plan plan_rates(base::Random& random);
Plan plan_dark(base::Random& random);

// Several keys that share (tree_plans_shared.cpp).
Plan plan_guarantee(base::Random& random);
Plan plan_sharing(base::Random& random);
// Polled nanosecond by nanosecond, so that every wait that is told is put to the test.
grade::Script shared_waits(base::Random& random);

}  // namespace assay::graders::rate_limiter
