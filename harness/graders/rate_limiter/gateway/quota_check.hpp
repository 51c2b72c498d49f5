// A check of what a gateway's quotas say: lanes of requests (lane_run.hpp), judged by the model.
#pragma once

#include <memory>
#include <vector>

#include "grade/check.hpp"
#include "graders/rate_limiter/gateway/model.hpp"
#include "graders/rate_limiter/gateway/plans.hpp"

namespace assay::graders::rate_limiter {

using LanePlanner = std::vector<LanePlan> (*)(base::Random&);

std::unique_ptr<grade::Check> make_gateway_quota_check(grade::CheckInfo info, LanePlanner planner,
                                                       GatewayAspects aspects);

}  // namespace assay::graders::rate_limiter
