// The calls that each check makes. Their structure is fixed, so that a mistake is met on every run;
// their numbers come from the seed, so that answers can't be learned by heart.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "grade/script_check.hpp"

namespace assay::graders::rate_limiter {

using Plan = std::vector<grade::Script>;

// Level 1, the token bucket (plans.cpp).
Plan plan_capacity(base::Random& random);
Plan plan_refill(base::Random& random);
Plan plan_cost(base::Random& random);
Plan plan_retry_after(base::Random& random);
Plan plan_exactness(base::Random& random);

// Level 2 (plans_windows.cpp, plans_clock.cpp). Of each algorithm's plan the first script is its
// worst moment: it admits as much within one window as the algorithm can be brought to.
Plan plan_gcra(base::Random& random);
Plan plan_fixed_window(base::Random& random);
Plan plan_sliding_log(base::Random& random);
Plan plan_sliding_counter(base::Random& random);
Plan plan_clock_steps(base::Random& random);

}  // namespace assay::graders::rate_limiter
