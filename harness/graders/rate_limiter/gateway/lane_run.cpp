#include "graders/rate_limiter/gateway/lane_run.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/model.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"

namespace assay::graders::rate_limiter {
namespace {

using Exchanges = std::vector<grade::Exchange>;

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t retry_after_s_max = 5;  // of which the grader waits
constexpr std::chrono::milliseconds arrival_limit{1'500};

std::int64_t time_to_ask(const LaneStep& step, const GatewayModel& model, const GatewayReply& last,
                         std::int64_t now_ns) {
  switch (step.first) {
    case LaneStep::First::nothing:
      break;
    case LaneStep::First::pause:
      return now_ns + step.ms * ns_per_ms;
    case LaneStep::First::retry_after:
      return last.came_ns +
             std::min(last.retry_after_s().value_or(0), retry_after_s_max) * ns_per_second;
    case LaneStep::First::just_before:
      return model.admitted_from_ns(step.asks.front()).low - step.ms * ns_per_ms;
    case LaneStep::First::just_after:
      return model.admitted_from_ns(step.asks.front()).high + step.ms * ns_per_ms;
  }
  return now_ns;
}

// The service lets those go that it holds until all have an answer.
void let_go(GatewayWorld& world, const GatewayCrowd& crowd, std::size_t count) {
  GatewayCrowd::within(GatewayWorld::kAnswerLimit, [&] {
    world.service().release();
    return static_cast<std::size_t>(crowd.answered()) == count;
  });
}

// Sent at once; if the service holds them, then until all are there or answered.
std::vector<GatewayReply> ask_all(GatewayWorld& world, const std::vector<GatewayAsk>& asks) {
  if (asks.size() == 1) return {world.ask(asks.front())};
  GatewayCrowd crowd(world);
  for (const auto& ask : asks) crowd.send(ask, 1);
  if (asks.front().target.find("?does=wait") != std::string::npos) {
    GatewayCrowd::within(arrival_limit, [&] {
      return world.service().counts().waiting + static_cast<std::size_t>(crowd.answered()) >=
             asks.size();
    });
    let_go(world, crowd, asks.size());
  }
  return crowd.replies();
}

grade::Conversation begin_talk(const GatewaySetup& setup, const Lane& lane, bool has_slots) {
  grade::Conversation talk{lane.name, {{quotas_line(setup), "ok"}}, "", ""};
  if (!setup.trusted_proxies.empty()) {
    const auto proxies = base::join(setup.trusted_proxies, " ");
    talk.exchanges.push_back({std::string(trusted_verb) + proxies, "ok"});
  }
  if (!has_slots) talk.exchanges.push_back({std::string(slots_are_taken), "ok"});
  return talk;
}

// Exchanges are kept in the order in which answers came.
void run_lane(GatewayWorld& world, const GatewaySetup& setup, const Lane& lane, Exchanges& kept) {
  GatewayModel model(setup);
  GatewayReply last;
  for (const auto& step : lane.steps) {
    world.sleep_until(time_to_ask(step, model, last, world.now_ns()));
    const auto replies = ask_all(world, step.asks);
    std::vector<std::pair<GatewayAsk, GatewayReply>> answered;
    for (std::size_t i = 0; i < replies.size(); ++i) {
      answered.emplace_back(step.asks[i], replies[i]);
    }
    std::ranges::sort(answered, {}, [](const auto& each) { return each.second.came_ns; });
    for (const auto& [ask, reply] : answered) {
      kept.push_back({to_line(ask), to_line(reply)});
      if (trouble_with(ask, reply)) return;
      model.add(ask, reply);
      last = reply;
    }
  }
}

// A lane's thread; one that can't go on has said what it saw.
std::thread start_lane(GatewayWorld& world, const GatewaySetup& setup, const Lane& lane,
                       grade::Conversation& talk) {
  return std::thread(
      [&world, &setup, &lane, &talk] { run_lane(world, setup, lane, talk.exchanges); });
}

void join_all(std::vector<std::thread>& threads) {
  for (auto& thread : threads) thread.join();
  threads.clear();
}

// Somebody has each slot until the lanes have their answers.
void run_without_slots(LaneRun& run, const std::vector<grade::Conversation*>& talks) {
  auto& [plan, world] = run;
  GatewayCrowd holders(*world);
  for (int i = 0; i < plan.setup.slots; ++i) {
    holders.send(ask_with_key(fmt::format("holder-{}", i), held_target), 1);
  }
  const auto slots = static_cast<std::size_t>(plan.setup.slots);
  GatewayCrowd::within(arrival_limit,
                       [&, &of = world] { return of->service().counts().waiting == slots; });
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < talks.size(); ++i) {
    threads.push_back(start_lane(*world, plan.setup, plan.lanes_without_slots[i], *talks[i]));
  }
  join_all(threads);
  let_go(*world, holders, slots);
}

}  // namespace

LaneTalks run_lanes(std::vector<LaneRun>& runs) {
  LaneTalks all;
  for (const auto& run : runs) {
    for (const auto& lane : run.plan.lanes) {
      all.talks.push_back(begin_talk(run.plan.setup, lane, true));
    }
    for (const auto& lane : run.plan.lanes_without_slots) {
      all.talks.push_back(begin_talk(run.plan.setup, lane, false));
    }
  }
  std::vector<std::thread> threads;
  std::vector<std::vector<grade::Conversation*>> without_slots(runs.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& plan = runs[i].plan;
    for (const auto& lane : plan.lanes) {
      threads.push_back(start_lane(*runs[i].world, plan.setup, lane, all.talks[next++]));
    }
    for (std::size_t of = plan.lanes_without_slots.size(); of > 0; --of) {
      without_slots[i].push_back(&all.talks[next++]);
    }
  }
  join_all(threads);
  for (auto& run : runs) all.arrived += run.world->service().counts().arrived;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!without_slots[i].empty()) run_without_slots(runs[i], without_slots[i]);
  }
  return all;
}

}  // namespace assay::graders::rate_limiter
