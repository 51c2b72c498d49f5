// A check of what a gateway's quotas say: lanes of requests, judged by the model.
#pragma once

#include <memory>

#include "grade/check.hpp"
#include "graders/rate_limiter/gateway/model.hpp"
#include "graders/rate_limiter/gateway/plans.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_gateway_quota_check(grade::CheckInfo info,
                                                       LanePlan (*planner)(base::Random&),
                                                       GatewayAspects aspects);

}  // namespace assay::graders::rate_limiter
