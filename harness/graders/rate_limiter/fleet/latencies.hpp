// How long calls took in worlds in which something was broken, for a page to draw. Pure.
#pragma once

#include <optional>
#include <vector>

#include "grade/conversation.hpp"
#include "grade/scorecard.hpp"

namespace assay::graders::rate_limiter {

// A curve for each world, from the moment when something was broken; nothing if nothing was.
std::optional<grade::Chart> latencies_around_faults(const std::vector<grade::Conversation>& worlds);

}  // namespace assay::graders::rate_limiter
