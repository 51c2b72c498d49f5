// What the checks of quotas ask a gateway: lanes of requests, which run side by side so that they
// wait together. Their structure is fixed, so that a mistake is met on every run; their numbers
// come from the seed.
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
    pause,        // for pause_ms
    retry_after,  // as long as the last answer said, from when it came
    just_before,  // until shortly before there can be a token
  };
  GatewayAsk ask;
  First first = First::nothing;
  std::int64_t pause_ms = 0;
};

// One client's requests, one after the other; lanes share no buckets.
struct Lane {
  std::string name;
  std::vector<LaneStep> steps;
};

struct LanePlan {
  GatewaySetup setup;
  std::vector<Lane> lanes;
};

LanePlan plan_quotas(base::Random& random);
LanePlan plan_come_back(base::Random& random);
LanePlan plan_fields(base::Random& random);
LanePlan plan_addresses(base::Random& random);

}  // namespace assay::graders::rate_limiter
