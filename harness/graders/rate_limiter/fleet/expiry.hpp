// When keys of Redis expire, as it says itself: never before their bucket is full, and not long
// after.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/fleet/check.hpp"

namespace assay::graders::rate_limiter {

// A bucket that is never left alone, one that fills slowly, and one of which tokens are taken
// ahead.
std::vector<FleetPlan> plan_expiry(base::Random& random);
// Pure.
FleetRuling rule_expiry(const std::vector<FleetEvent>& events);
// Of the keys that were listed in this event.
std::optional<FleetRuling> expires_too_late(const std::vector<FleetEvent>& events,
                                            std::size_t listed);

}  // namespace assay::graders::rate_limiter
