// The ways in which a request ends badly, one after the other: what a key's requests are told then,
// and what is left of the key's places after it. The talk needs a gateway; the judgement is pure.
#pragma once

#include <optional>
#include <string>

#include "base/random.hpp"
#include "grade/evidence.hpp"
#include "grade/scorecard.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

GatewaySetup setup_of_bad_ends(base::Random& random);
// Stops after the first that leaves something behind.
grade::Conversation meet_bad_ends(GatewayWorld& world, const GatewaySetup& setup);
// Whether all of them were met, so that other talks make sense.
bool met_all_ends(const grade::Conversation& talk);

// A result that has failed, or is unknown; nothing if all is well.
std::optional<grade::CheckResult> judge_bad_ends(const grade::Conversation& talk,
                                                 grade::CheckResult result);

}  // namespace assay::graders::rate_limiter
