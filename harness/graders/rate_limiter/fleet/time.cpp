#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/level.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t time_nodes = 3;
constexpr int time_calls = 60;
constexpr std::int64_t long_wait_ns = 150 * fleet_ms;
constexpr std::int64_t short_wait_ns = 30 * fleet_ms;
constexpr std::int64_t longest_retry_ns = 400 * fleet_ms;  // that is waited for
constexpr std::size_t fewest_denied = 4;                   // for a pass
constexpr const char* leased_time_world = "redis time, with leases";
constexpr FleetPolicy leased_time_policy{5, 70 * fleet_ms + 700'000, 3, patient_deadline_ns};
constexpr int leased_waits = 16;
constexpr std::int64_t past_retry_ns = fleet_ms;  // no doubt that it is over

void sleep_ns(std::int64_t ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }

// Wrong by half a second either way, by hours, and again otherwise in the midst of it.
void skew_one(FleetWorld& world, base::Random& random, std::size_t nodes) {
  const std::vector<std::int64_t> skews{500 * fleet_ms, -500 * fleet_ms, 3 * fleet_hour_ns,
                                        -2 * fleet_hour_ns, 40 * fleet_ms};
  const auto node = static_cast<std::size_t>(random.between(0, static_cast<int>(nodes) - 1));
  world.ask(node, fmt::format("skew {}", random.one_of(skews)));
}

void play_time(FleetWorld& world, std::int64_t capacity, std::int64_t interval_ns,
               base::Random random) {
  world.make({capacity, interval_ns, 1, patient_deadline_ns});
  world.ask(0, fmt::format("skew {}", 500 * fleet_ms));
  world.ask(1, fmt::format("skew {}", -500 * fleet_ms));
  world.ask(2, fmt::format("skew {}", 3 * fleet_hour_ns));
  std::optional<std::int64_t> retry_ns;
  std::int64_t cost = 1;
  for (int i = 0; i < time_calls; ++i) {
    if (retry_ns) sleep_ns(std::min(*retry_ns, longest_retry_ns));
    if (!retry_ns && random.chance(0.3)) sleep_ns(random.between(0, short_wait_ns));
    if (i == time_calls / 2) sleep_ns(long_wait_ns);
    if (random.chance(0.25)) skew_one(world, random, time_nodes);
    // A denied call is made again, by anybody, when it was said to be admitted.
    if (!retry_ns) cost = random.between(0, std::min<std::int64_t>(capacity, 3));
    const auto node = static_cast<std::size_t>(random.between(0, time_nodes - 1));
    const auto decision = parse_decision(world.ask(node, ask_line("a", cost)));
    retry_ns = decision ? decision->retry_after_ns : std::nullopt;
  }
}

// One node, so that nobody takes what it has heard of. A denial is made again in the middle of its
// wait, and at its end.
void play_leased_time(FleetWorld& world, base::Random random) {
  world.make(leased_time_policy);
  const auto ask = [&] {
    const auto decision = parse_decision(world.ask(0, ask_line("a", 1)));
    const auto retry_ns = decision ? decision->retry_after_ns.value_or(0) : 0;
    return std::min(retry_ns, longest_retry_ns);
  };
  for (int i = 0; i < leased_waits; ++i) {
    if (i % 4 == 2) skew_one(world, random, 1);
    if (i == leased_waits / 2)
      sleep_ns(2 * leased_time_policy.capacity * leased_time_policy.interval_ns);
    std::int64_t retry_ns = 0;
    // Until a call is denied.
    for (int call = 0; call < 3 * leased_time_policy.capacity && retry_ns == 0; ++call) {
      retry_ns = ask();
    }
    if (random.chance(0.3)) world.ask(0, ask_line("a", 0));
    sleep_ns(retry_ns / 2);
    sleep_ns(ask() + past_retry_ns);
  }
}

}  // namespace

std::vector<FleetPlan> plan_redis_time(base::Random& random) {
  const std::int64_t capacity = random.between(4, 6);
  const std::int64_t interval_ns =
      random.between(20, 30) * fleet_ms + random.between(500, 900) * 1'000;
  const base::Random own(random.next());
  const base::Random leases(random.next());
  return {{"redis time", time_nodes,
           [=](FleetWorld& world) { play_time(world, capacity, interval_ns, own); }},
          {leased_time_world, 1, [=](FleetWorld& world) { play_leased_time(world, leases); }}};
}

FleetRuling rule_redis_time(const std::string& world, const std::vector<FleetEvent>& events) {
  const FleetPolicy policy = fleet_policy(events);
  const bool leased = world == leased_time_world;
  BucketRange bucket(policy.capacity, policy.interval_ns, leased ? policy.lease_max : 0);
  std::size_t denied = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto call = call_of(events[i]);
    if (!call || call->key != "a") continue;
    auto wrong = call->came
                     ? bucket.take(events[i].from_ns, events[i].to_ns, call->cost, *call->came)
                     : std::optional<std::string>("no decision");
    if (call->came && !call->came->admitted) ++denied;
    if (!wrong) continue;
    const auto why =
        fmt::format("by the times of all calls, the bucket held {} then", bucket.in_words());
    std::vector<grade::Step> steps;
    for (std::size_t j = i - std::min<std::size_t>(i, grade::told_steps_max - 1); j < i; ++j) {
      steps.push_back(fleet_step(events[j]));
    }
    steps.push_back(wrong_fleet_step(events[i], *wrong, why));
    auto ruling = fleet_failure(
        fmt::format("acquire(\"a\", {}) by {}: {}", call->cost, events[i].who, *wrong),
        std::move(steps));
    ruling.situation = fmt::format(
        "{} with clocks that are wrong; policy: capacity {}, one token every {}; the last "
        "calls are shown",
        leased ? fmt::format("1 node, leases of {},", policy.lease_max)
               : fmt::format("{} nodes,", time_nodes),
        policy.capacity, base::duration_ns(policy.interval_ns));
    return ruling;
  }
  if (denied < fewest_denied) {
    return fleet_failure(
        fmt::format("only {} calls were denied, where more was asked for than grows", denied), {});
  }
  return {};
}

}  // namespace assay::graders::rate_limiter
