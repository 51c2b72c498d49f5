// What right limiters of levels 1 to 3 differ in, beside what checks measure of them: time and
// memory of a call, and what each algorithm admits of one stretch of traffic.
#pragma once

#include <vector>

#include "grade/cost.hpp"

namespace assay::graders::rate_limiter {

std::vector<grade::Cost> costs();

}  // namespace assay::graders::rate_limiter
