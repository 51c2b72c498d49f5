// What level 3's table is asked. The shape of a plan is fixed, so that a mistake is met on every
// run; its numbers come from the seed.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "grade/conversation.hpp"
#include "grade/rounds.hpp"

namespace assay::graders::rate_limiter {

// One caller: exact answers, and who is forgotten.
std::vector<grade::Script> plan_room(base::Random& random);

// Threads under the scheduler.
using Programs = std::vector<grade::Program>;
Programs hot_key_programs(base::Random& random);
Programs many_keys_programs(base::Random& random);
Programs eviction_programs(base::Random& random);

// Threads that run freely, for the sanitizers.
std::vector<grade::Script> plan_stress(base::Random& random);

}  // namespace assay::graders::rate_limiter
