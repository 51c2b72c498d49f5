// A check of level 4: what is played in some worlds, all at the same time, and what each of them
// says. A world in which a busy machine may have decided is played again; the last time counts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "grade/check.hpp"
#include "graders/rate_limiter/fleet/log.hpp"
#include "graders/rate_limiter/fleet/world.hpp"
#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

struct FleetPlan {
  std::string world;
  std::size_t nodes = 1;
  FleetPlay play;
};

// What one world says of the requirement.
struct FleetRuling {
  grade::Verdict verdict = grade::Verdict::pass;
  std::string reason;
  std::string situation;
  std::vector<grade::Step> steps;
  std::vector<std::string> mistakes;
  std::map<std::string, double> metrics;
  bool is_timing = false;  // a failure that a busy machine may have caused: it has to come again
};
FleetRuling fleet_failure(std::string reason, std::vector<grade::Step> steps,
                          std::vector<std::string> mistakes = {});
FleetRuling fleet_unknown(std::string reason);

using FleetPlanner = std::vector<FleetPlan> (*)(base::Random& random);
// Pure. `world` is the plan's name.
using FleetJudge = FleetRuling (*)(const std::string& world, const std::vector<FleetEvent>& events);

std::unique_ptr<grade::Check> make_fleet_check(grade::CheckInfo info, FleetPlanner planner,
                                               FleetJudge judge);

// What plans and judges share.

inline constexpr std::int64_t fleet_ms = 1'000'000;
inline constexpr std::int64_t fleet_hour_ns = 3'600'000 * fleet_ms;
// Where it isn't what is tested: no machine is so busy that an answer takes so long.
inline constexpr std::int64_t patient_deadline_ns = 4'000 * fleet_ms;

// Of the last `fleet` line; throws std::logic_error if there is none.
FleetPolicy fleet_policy(const std::vector<FleetEvent>& events);

std::string ask_line(const std::string& key, std::int64_t cost);

// A call of one key by one node.
struct FleetCall {
  std::string key;
  std::int64_t cost = 1;
  std::optional<Decision> came;
};
// Nothing if the event isn't an `ask`.
std::optional<FleetCall> call_of(const FleetEvent& event);

// Calls of many threads by one node, `ask_all`: each thread's decisions. Empty: it isn't one, or
// not all answers are decisions.
struct FleetCalls {
  std::int64_t threads = 0;
  std::int64_t calls = 0;  // of each
  std::string key;
  std::int64_t cost = 1;
  std::vector<std::vector<Decision>> came;
};
std::optional<FleetCalls> calls_of(const FleetEvent& event);

// A call as a step of a story; the last of them disagrees.
grade::Step fleet_step(const FleetEvent& event);
grade::Step wrong_fleet_step(const FleetEvent& event, std::string expected, std::string why);

// Steps for the calls of `key` up to this event, which disagrees, and for what was broken between.
std::vector<grade::Step> fleet_story(const std::vector<FleetEvent>& events, std::size_t wrong,
                                     const std::string& expected, const std::string& why);

}  // namespace assay::graders::rate_limiter
