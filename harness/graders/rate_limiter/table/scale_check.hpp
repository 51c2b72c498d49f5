// Threads that run freely, in a plain build and by the ten thousands of calls: what they are
// admitted in all has to be what the reference admits. It sees less than the scheduler does, but a
// solution can't tell it from production.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_scale_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
