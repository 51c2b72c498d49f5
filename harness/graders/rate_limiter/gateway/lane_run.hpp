// Asks gateways what a plan says, and keeps what came as conversations. It blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "grade/conversation.hpp"
#include "graders/rate_limiter/gateway/plans.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

// What conversations of lanes begin with, after the quotas.
inline constexpr std::string_view trusted_verb = "trusted ";
inline constexpr std::string_view slots_are_taken = "all slots are taken";

// A plan, and a gateway that was started for it.
struct LaneRun {
  LanePlan plan;
  std::unique_ptr<GatewayWorld> world;
};

struct LaneTalks {
  std::vector<grade::Conversation> talks;  // one for each lane
  std::uint64_t arrived = 0;               // at the services, but for lanes without slots
};

// All lanes at once; then, where there are some, those without slots. Throws Interrupted.
LaneTalks run_lanes(std::vector<LaneRun>& runs);

}  // namespace assay::graders::rate_limiter
