// What the checks of quotas ask a gateway: lanes of requests, which run side by side so that they
// wait together. What a mistake needs to show is in every plan; configurations, numbers, orders and
// requests come from the seed.
#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/gateway/setup.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"

namespace assay::graders::rate_limiter {

struct LaneStep {
  enum class First {
    nothing,
    pause,        // for so many ms
    retry_after,  // as long as the last answer said, from when it came
    just_before,  // until so many ms before there can be a token
    just_after,   // until so many ms after there has to be one
  };
  std::vector<GatewayAsk> asks;  // sent at once
  First first = First::nothing;
  std::int64_t ms = 0;
};

// One client's requests, one step after the other; lanes share no buckets.
struct Lane {
  std::string name;
  std::vector<LaneStep> steps;
};

// What one gateway is asked.
struct LanePlan {
  GatewaySetup setup;
  std::vector<Lane> lanes;
  std::vector<Lane> lanes_without_slots;  // afterwards, while all slots are taken
};

std::vector<LanePlan> plan_quotas(base::Random& random);
std::vector<LanePlan> plan_come_back(base::Random& random);
std::vector<LanePlan> plan_fields(base::Random& random);
std::vector<LanePlan> plan_addresses(base::Random& random);

}  // namespace assay::graders::rate_limiter
