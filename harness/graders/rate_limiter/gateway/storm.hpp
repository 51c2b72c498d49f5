// A storm: bursts of requests that end in all ways, just when slots are handed over. A slot is held
// as long as a request may wait for one, so those of a burst that wait time out in the moment in
// which the others' slots become free. What has to hold for its answers, whatever happened, is a
// pure function of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "grade/evidence.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

struct StormRequest {
  std::int64_t at_us = 0;  // from the beginning of its burst
  GatewayAsk ask;
  std::int64_t stays_ms = 0;  // then its client leaves; 0: it waits for the answer
};

struct StormPlan {
  GatewaySetup setup;
  std::int64_t service_ms = 0;
  std::vector<std::vector<StormRequest>> bursts;
};

StormPlan plan_storm(base::Random& random);

// Requests and their replies, in the order in which they were sent, and what the service counted.
grade::Conversation run_storm(GatewayWorld& world, const StormPlan& plan);

struct StormFault {
  std::string reason;
  std::string mistake;             // that looks like it; or empty
  std::vector<grade::Step> steps;  // the requests around it; or none
  std::string where;
};

// The first thing that is wrong. Throws std::runtime_error for another conversation.
std::optional<StormFault> judge_storm(const grade::Conversation& storm);
// Whether the machine was too late for a judgement to mean anything.
bool storm_was_late(const grade::Conversation& storm);

}  // namespace assay::graders::rate_limiter
