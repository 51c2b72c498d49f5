#include "graders/rate_limiter/gateway/storm.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "graders/rate_limiter/gateway/storm_facts.hpp"
#include "measure/canary.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;

constexpr int storm_bursts = 14;
constexpr int keys = 6;
constexpr int addresses = 2;
constexpr int under_way_max = 30;  // before another burst begins
// More than one client is ever early or late by, so that it isn't the same one every time.
constexpr std::int64_t spread_us = 1'500;

std::string target_of(base::Random& random) {
  constexpr std::array<std::string_view, 10> ends{
      "",          "", "", "", "", "?does=fail", "?does=reset", "?does=garbage", "?does=break",
      "?does=hang"};
  return fmt::format("{}{}", random.chance(0.3) ? critical_prefix : "/", random.one_of(ends));
}

GatewayAsk ask_of(base::Random& random, const std::string& target) {
  const auto caller = random.between(1, keys + addresses);
  if (caller <= keys) return ask_with_key(fmt::format("key{}", caller), target);
  return ask_from_address(fmt::format("127.0.3.{}", caller), target);
}

// Those that take all slots, and twice as many that wait until these are free.
std::vector<StormRequest> plan_burst(base::Random& random, const StormPlan& plan) {
  std::vector<StormRequest> burst;
  for (int i = 0; i < 3 * plan.setup.slots; ++i) {
    StormRequest request;
    const bool first = i < plan.setup.slots;
    request.at_us = random.between(0, spread_us) + (first ? 0 : spread_us / 2);
    request.ask = ask_of(random, target_of(random));
    if (random.chance(0.1)) request.stays_ms = random.between(1, 2 * plan.setup.queue_ms);
    burst.push_back(request);
  }
  std::sort(burst.begin(), burst.end(),
            [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
  return burst;
}

}  // namespace

StormPlan plan_storm(base::Random& random) {
  StormPlan plan;
  plan.setup.key = {"key", 1'000, 1};
  plan.setup.routes = {{critical_prefix, std::nullopt, true}};
  plan.setup.at_once = static_cast<int>(random.between(3, 5));
  plan.setup.slots = static_cast<int>(random.between(5, 6));
  plan.setup.queue_ms = random.between(50, 70);
  plan.setup.limit_ms = random.between(400, 600);
  plan.service_ms = plan.setup.queue_ms;
  for (int i = 0; i < storm_bursts; ++i) plan.bursts.push_back(plan_burst(random, plan));
  return plan;
}

grade::Conversation run_storm(GatewayWorld& world, const StormPlan& plan) {
  const measure::Canary canary;
  const auto before = world.service().counts().arrived;
  GatewayCrowd crowd(world);
  std::vector<StormRequest> sent;
  for (const auto& burst : plan.bursts) {
    const std::int64_t begins_ns = world.now_ns();
    for (const auto& request : burst) {
      world.sleep_until(begins_ns + request.at_us * 1'000);
      const milliseconds stay(request.stays_ms);
      crowd.send(request.ask, 1, request.stays_ms > 0 ? stay : GatewayWorld::kAnswerLimit);
      sent.push_back(request);
    }
    world.sleep_until(begins_ns + (plan.setup.queue_ms + plan.service_ms) * 1'000'000);
    GatewayCrowd::within(milliseconds(2 * plan.setup.limit_ms),
                         [&] { return crowd.under_way() <= under_way_max; });
  }
  const auto replies = crowd.replies();
  wait_until_calm(world, 0);
  const auto counts = world.service().counts();
  grade::Conversation storm{"storm", {}, "", ""};
  storm.exchanges.push_back(
      {storm_facts_line,
       to_line(StormFacts{plan.setup.at_once, plan.setup.slots, plan.setup.queue_ms,
                          plan.setup.limit_ms, static_cast<std::int64_t>(counts.arrived - before),
                          static_cast<std::int64_t>(counts.at_once_most),
                          canary.p99_ns() / 1'000'000})});
  for (std::size_t i = 0; i < sent.size(); ++i) {
    auto reply = replies[i];
    if (sent[i].stays_ms > 0 && reply.status == 0) reply.problem = storm_left;
    storm.exchanges.push_back({to_line(sent[i].ask), to_line(reply)});
  }
  return storm;
}

}  // namespace assay::graders::rate_limiter
