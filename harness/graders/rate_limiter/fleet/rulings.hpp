// What is played for each check of level 4, and what it shows. Judges are pure.
#pragma once

#include <string>
#include <vector>

#include "graders/rate_limiter/fleet/check.hpp"

namespace assay::graders::rate_limiter {

// With an hour from token to token, decisions are counts.
std::vector<FleetPlan> plan_one_budget(base::Random& random);
FleetRuling rule_one_budget(const std::string& world, const std::vector<FleetEvent>& events);
std::vector<FleetPlan> plan_at_once(base::Random& random);
FleetRuling rule_at_once(const std::string& world, const std::vector<FleetEvent>& events);
std::vector<FleetPlan> plan_own_answers(base::Random& random);
FleetRuling rule_own_answers(const std::string& world, const std::vector<FleetEvent>& events);

// Tokens that grow, while the nodes' clocks are wrong.
std::vector<FleetPlan> plan_redis_time(base::Random& random);
FleetRuling rule_redis_time(const std::string& world, const std::vector<FleetEvent>& events);

// Outages. Of the last two there is a world for each of them.
std::vector<FleetPlan> plan_cut_off(base::Random& random);
FleetRuling rule_cut_off(const std::string& world, const std::vector<FleetEvent>& events);
std::vector<FleetPlan> plan_fails_open(base::Random& random);
FleetRuling rule_fails_open(const std::string& world, const std::vector<FleetEvent>& events);
std::vector<FleetPlan> plan_closes_again(base::Random& random);
FleetRuling rule_closes_again(const std::string& world, const std::vector<FleetEvent>& events);

// Round trips.
std::vector<FleetPlan> plan_one_round_trip(base::Random& random);
FleetRuling rule_one_round_trip(const std::string& world, const std::vector<FleetEvent>& events);
std::vector<FleetPlan> plan_leases(base::Random& random);
FleetRuling rule_leases(const std::string& world, const std::vector<FleetEvent>& events);

}  // namespace assay::graders::rate_limiter
