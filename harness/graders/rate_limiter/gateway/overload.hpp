// The check of shedding: a service of so many slots is asked for twice what it can do, and what is
// critical has to get through.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_overload_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
