// One budget, while a node takes tokens ahead: what it must count exactly all the same.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/fleet/check.hpp"

namespace assay::graders::rate_limiter {

// One node, so that all that it has heard is true. Nothing grows back.
void play_leased_budget(FleetWorld& world, base::Random random);
// Pure.
FleetRuling rule_leased_budget(const std::vector<FleetEvent>& events);

}  // namespace assay::graders::rate_limiter
