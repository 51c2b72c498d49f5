#include "graders/rate_limiter/fleet/leased.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr FleetPolicy leased_policy{57, fleet_hour_ns, 10, patient_deadline_ns};
// Drained without a pause, a token a call: whatever lies in the node or in Redis can be had.
constexpr const char* drained_key = "drained";
constexpr int pauses = 6;
constexpr std::chrono::milliseconds pause{110};

// Costs up to what is surely there, some of them larger than a lease, and looks in between.
void ask_many_costs(FleetWorld& world, base::Random& random) {
  world.ask(0, ask_line("costs", 3 * leased_policy.lease_max));
  for (int i = 0; i < 30; ++i) {
    world.ask(0, ask_line("costs", random.one_of(std::vector<std::int64_t>{0, 1, 1, 2, 3, 5})));
  }
  for (const std::int64_t cost : {leased_policy.capacity + 1, any_cost_max}) {
    world.ask(0, ask_line("costs", cost));
  }
}

void ask_with_pauses(FleetWorld& world) {
  for (int i = 0; i < pauses; ++i) {
    world.ask(0, ask_line("paused", 1));
    std::this_thread::sleep_for(pause);
  }
  world.ask(0, ask_line("paused", 0));
}

class LeasedBuckets {
 public:
  std::int64_t left(const std::string& key) const {
    const auto used = used_.find(key);
    return leased_policy.capacity - (used == used_.end() ? 0 : used->second);
  }

  // What is wrong with a decision; empty if nothing is.
  std::string take(const FleetCall& call, std::int64_t elapsed_ns) {
    if (!call.came) return "no decision";
    const Decision& came = *call.came;
    const std::int64_t before = left(call.key);
    const std::int64_t lost_max = call.key == drained_key ? 0 : leased_policy.lease_max;
    if (came.admitted && call.cost > before) return "admitted, but should be denied";
    const bool surely = call.cost == 0 || call.cost <= before - lost_max;
    if (!came.admitted && surely) return "denied, but should be admitted";
    const std::int64_t after = before - (came.admitted ? call.cost : 0);
    used_[call.key] = leased_policy.capacity - after;
    const bool in_range =
        came.remaining >= std::max<std::int64_t>(after - lost_max, 0) && came.remaining <= after;
    if (!in_range) return "remaining is wrong";
    if (!came.admitted && call.cost == 1 && came.remaining > 0) {
      return "denied, but should be admitted";
    }
    return wrong_wait(call, call.cost - after, lost_max, elapsed_ns);
  }

 private:
  static std::string wrong_wait(const FleetCall& call, std::int64_t missing, std::int64_t lost_max,
                                std::int64_t elapsed_ns) {
    const auto& wait_ns = call.came->retry_after_ns;
    if (call.came->admitted || call.cost > leased_policy.capacity) {
      return wait_ns ? "has a retry_after, but there is nothing to wait for" : "";
    }
    if (!wait_ns) return "has no retry_after, though waiting would help";
    const std::int64_t shortest_ns = std::max<std::int64_t>(missing, 0) * leased_policy.interval_ns;
    const std::int64_t longest_ns =
        std::min(missing + lost_max, call.cost) * leased_policy.interval_ns;
    if (*wait_ns < shortest_ns - elapsed_ns) return "retry_after is too short";
    return *wait_ns > longest_ns + fleet_ms ? "retry_after is too long" : "";
  }

  std::map<std::string, std::int64_t> used_;
};

std::string situation_of_leases() {
  return fmt::format("1 node with leases of {}; policy: capacity {}, one token every {}",
                     leased_policy.lease_max, leased_policy.capacity,
                     base::duration_ns(leased_policy.interval_ns));
}

}  // namespace

void play_leased_budget(FleetWorld& world, base::Random random) {
  world.make(leased_policy);
  // Two keys by turns, unevenly, so that a lease of one that serves the other shows.
  for (int i = 0; i < 3; ++i) {
    world.ask(0, ask_line("rare", 1));
    for (int j = 0; j < 12; ++j) world.ask(0, ask_line("often", 1));
    world.ask(0, ask_line("rare", 0));
  }
  world.ask(0, ask_line(drained_key, 0));
  for (std::int64_t i = 0; i < leased_policy.capacity + 3; ++i) {
    world.ask(0, ask_line(drained_key, 1));
    if (random.chance(0.2)) world.ask(0, ask_line(drained_key, 0));
  }
  for (const std::int64_t cost : {2, 1, 5}) world.ask(0, ask_line(drained_key, cost));
  ask_many_costs(world, random);
  ask_with_pauses(world);
}

FleetRuling rule_leased_budget(const std::vector<FleetEvent>& events) {
  LeasedBuckets buckets;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto call = call_of(events[i]);
    if (!call) continue;
    const std::int64_t left = buckets.left(call->key);
    const auto complaint = buckets.take(*call, events[i].to_ns);
    if (complaint.empty()) continue;
    auto ruling = fleet_failure(
        fmt::format("acquire(\"{}\", {}): {}", call->key, base::thousands(call->cost), complaint),
        fleet_story(
            events, i,
            call->cost > left ? fmt::format("denied, {} left", left)
                              : fmt::format("admitted, {} left", left - call->cost),
            fmt::format("{} of {} were left before this call", left, leased_policy.capacity)));
    ruling.situation = situation_of_leases();
    return ruling;
  }
  return {};
}

}  // namespace assay::graders::rate_limiter
