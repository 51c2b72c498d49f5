// The check of what a gateway holds for a request: every place and every slot comes back, however
// the request ends, and each end is told as what it was.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_leaks_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
