// Whether a request reached the service as it came, and what the service answered came back. Judged
// where the service says what reached it (fault/dependency.hpp: does=echo). Pure.
#pragma once

#include <optional>

#include "graders/rate_limiter/gateway/model.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"

namespace assay::graders::rate_limiter {

// The first thing that is missing or changed, if any. A gateway may add fields.
std::optional<GatewayDifference> wrong_passing(const GatewayAsk& ask, const GatewayReply& reply);

}  // namespace assay::graders::rate_limiter
