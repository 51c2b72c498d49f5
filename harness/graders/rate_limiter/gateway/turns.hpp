// Who gets a slot that becomes free: the critical ones that wait, all of them before any other; and
// somebody does, as long as anybody waits. The talk needs a gateway; the judgement is pure.
#pragma once

#include <optional>

#include "grade/evidence.hpp"
#include "grade/scorecard.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

GatewaySetup setup_of_turns();
grade::Conversation see_turns(GatewayWorld& world, const GatewaySetup& setup);

// A result that has failed, or is unknown; nothing if all is well.
std::optional<grade::CheckResult> judge_turns(const grade::Conversation& talk,
                                              grade::CheckResult result);

}  // namespace assay::graders::rate_limiter
