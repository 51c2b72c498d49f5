// The calls that each check of the token bucket makes. Their structure is fixed, so that a mistake
// is met on every run; their numbers come from the seed, so that answers can't be learned by heart.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "grade/script_check.hpp"

namespace assay::graders::rate_limiter {

using Plan = std::vector<grade::Script>;

Plan plan_capacity(base::Random& random);
Plan plan_refill(base::Random& random);
Plan plan_cost(base::Random& random);
Plan plan_retry_after(base::Random& random);
Plan plan_exactness(base::Random& random);

}  // namespace assay::graders::rate_limiter
