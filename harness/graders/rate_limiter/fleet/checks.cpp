// The checks of level 4: a fleet of nodes with one budget in Redis.
#include <fmt/format.h>

#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/fleet/check.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"

namespace assay::graders::rate_limiter {

void add_fleet_checks(Checks& checks) {
  int place = 0;
  const auto add = [&](const char* slug, const char* title, const char* category, double points,
                       FleetPlanner planner, FleetJudge judge) {
    checks.push_back(make_fleet_check(
        {fmt::format("4.{}", ++place), slug, 4, title, category, points}, planner, judge));
  };
  add("one_budget", "has one budget for all nodes", "correctness", 3, plan_one_budget,
      rule_one_budget);
  add("at_once", "stays exact when all nodes ask at once", "correctness", 3, plan_at_once,
      rule_at_once);
  add("own_answers", "gives each caller the answer to its own call", "correctness", 2,
      plan_own_answers, rule_own_answers);
  add("redis_time", "goes by Redis's time, whatever the nodes' clocks show", "faults", 2,
      plan_redis_time, rule_redis_time);
  add("cut_off", "leaves nothing behind in Redis when calls are cut off", "faults", 2, plan_cut_off,
      rule_cut_off);
  add("fails_open", "admits within its deadline when Redis doesn't answer", "faults", 2,
      plan_fails_open, rule_fails_open);
  add("closes_again", "limits again within a second of Redis's return", "faults", 2,
      plan_closes_again, rule_closes_again);
  add("one_round_trip", "asks Redis once for each decision", "performance", 1, plan_one_round_trip,
      rule_one_round_trip);
  add("leases", "takes leases, within the bound that it declares", "performance", 1, plan_leases,
      rule_leases);
}

}  // namespace assay::graders::rate_limiter
