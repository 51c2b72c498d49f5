// The check of how many requests one key may have in the gateway: over all routes, at the service
// and in the queue, for callers without a key too; and that those beyond cost nothing.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_at_once_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
