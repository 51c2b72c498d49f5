#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/expiry.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr FleetPolicy cut_policy{3, 300 * fleet_ms, 1, 200 * fleet_ms};
constexpr std::uint64_t places = 12;  // of what a call says, and of what it is told
constexpr std::chrono::milliseconds refilled_after{1'300};
constexpr const char* last_act = "refilled";

// Cuts a call of a fresh key in the middle, at several places of one direction.
std::vector<std::string> cut_at_all_places(FleetWorld& world, const std::string& direction,
                                           std::uint64_t call_bytes) {
  std::vector<std::string> keys;
  for (std::uint64_t place = 1; place <= places; ++place) {
    const std::uint64_t bytes = std::max<std::uint64_t>(1, call_bytes * place / places);
    keys.push_back(fmt::format("cut.{}.{}", direction, place));
    world.break_with(
        fmt::format("reset after {} byte{} to the {}", bytes, bytes == 1 ? "" : "s", direction));
    world.ask(0, ask_line(keys.back(), 1));
    world.heal();
  }
  return keys;
}

void play_cuts(FleetWorld& world) {
  world.make(cut_policy);
  for (int i = 0; i < 2; ++i) world.ask(0, ask_line("whole", 1));
  const auto before = world.counters();
  world.ask(0, ask_line("whole", 1));
  const auto after = world.counters();
  auto keys = cut_at_all_places(world, "server",
                                after.to_server.passed_bytes - before.to_server.passed_bytes);
  const auto more = cut_at_all_places(world, "client",
                                      after.to_client.passed_bytes - before.to_client.passed_bytes);
  keys.insert(keys.end(), more.begin(), more.end());
  world.ask(0, ask_line("whole", 1));
  world.note_keys();
  std::this_thread::sleep_for(refilled_after);
  world.mark(last_act);
  for (const auto& key : keys) world.ask(0, ask_line(key, cut_policy.capacity));
  world.note_keys();
}

std::string situation() {
  return fmt::format(
      "policy: capacity {}, one token every {}; the connection to Redis is reset in "
      "mid-call, at {} places each way",
      cut_policy.capacity, base::duration_ns(cut_policy.interval_ns), places);
}

}  // namespace

std::vector<FleetPlan> plan_cut_off(base::Random& random) {
  std::vector<FleetPlan> plans{{"cut off", 1, play_cuts}};
  for (auto& plan : plan_expiry(random)) plans.push_back(std::move(plan));
  return plans;
}

FleetRuling rule_cut_off(const std::string& world, const std::vector<FleetEvent>& events) {
  if (world != "cut off") return rule_expiry(events);
  bool any_call = false;
  bool any_key = false;
  bool refilled = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    refilled = refilled || events[i].did == last_act;
    if (events[i].did == "keys") {
      any_key = any_key || !events[i].came.empty();
      if (auto wrong = expires_too_late(events, i)) {
        wrong->situation = situation();
        return *wrong;
      }
    }
    const auto call = call_of(events[i]);
    any_call = any_call || call;
    if (!refilled || !call || (call->came && call->came->admitted)) continue;
    auto ruling = fleet_failure(
        fmt::format("the bucket of \"{}\" has not refilled", call->key),
        fleet_story(events, i, fmt::format("admitted, {} left", cut_policy.capacity - call->cost),
                    "since the call that was cut off, all of it has had the time to grow"));
    ruling.situation = situation();
    return ruling;
  }
  if (!any_call) return fleet_unknown("nobody was asked");
  // Some calls are left whole, and have to leave something there.
  if (!any_key) return fleet_failure("no key was ever seen in Redis: the budget isn't there", {});
  return {};
}

}  // namespace assay::graders::rate_limiter
