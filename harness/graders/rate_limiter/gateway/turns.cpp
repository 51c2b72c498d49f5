#include "graders/rate_limiter/gateway/turns.hpp"

#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::CheckResult;
using std::chrono::milliseconds;

constexpr const char* order_fact = "critical ones that were answered before any other";
constexpr const char* hand_over_fact = "slots freed while others wait";
constexpr int slots_of_turns = 2;  // so few others, out of turn, are enough to take them all
constexpr int critical_ones = 40;
constexpr int hand_overs = 40;
constexpr int waiting_others = 2;  // and a critical one, for each hand-over
// Far less than a request waits for a slot, and far more than a machine is late.
constexpr milliseconds turns_patience{2'000};

// The others, if they get a slot, hold it; so the critical ones can't all be answered if two of
// them came before. "40 of 40", the best of some: one that arrives late may miss its turn.
std::string critical_first(GatewayWorld& world, const GatewaySetup& setup) {
  int best = 0;
  bool ever_taken = false;
  for (int i = 0; i < tries_max && best < critical_ones; ++i) {
    wait_until_calm(world, 0);
    GatewayCrowd holders(world);
    const bool taken = SlotHolders::take_all(world, holders, setup.slots, turns_patience);
    ever_taken = ever_taken || taken;
    GatewayCrowd critical(world);
    GatewayCrowd others(world);
    others.send(ask_with_key("waits", held_target), setup.slots);
    critical.send(ask_with_key("hurries", critical_prefix), critical_ones);
    const milliseconds until_all_wait(60 * (1 + i * i));
    std::this_thread::sleep_for(until_all_wait);
    world.service().release();
    GatewayCrowd::within(turns_patience, [&] { return critical.under_way() == 0; });
    if (taken) best = std::max(best, critical.answered(200));
    SlotHolders::release_all(world, others);
    SlotHolders::release_all(world, critical);
  }
  return ever_taken ? fmt::format("{} of {}", best, critical_ones) : SlotHolders::none_taken;
}

// "3 of 3": the slots of those that were answered went to those that waited, as did the next ones.
std::string hand_over(GatewayWorld& world, const GatewaySetup& setup) {
  GatewayCrowd holders(world);
  SlotHolders::take_all(world, holders, setup.slots, turns_patience);
  GatewayCrowd waiting(world);
  waiting.send(ask_with_key("hurries", critical_held_target), 1);
  waiting.send(ask_with_key("waits", held_target), waiting_others);
  std::this_thread::sleep_for(milliseconds(3));
  world.service().release();
  GatewayCrowd::within(turns_patience, [&] { return holders.under_way() == 0; });
  const auto full = [&] {
    return static_cast<int>(world.service().counts().at_once) == setup.slots;
  };
  if (!GatewayCrowd::within(turns_patience, full)) {
    const auto reached = world.service().counts().at_once;
    SlotHolders::release_all(world, waiting);
    return fmt::format("{} of {}", reached, setup.slots);
  }
  GatewayCrowd::within(turns_patience, [&] {
    world.service().release();
    return waiting.under_way() == 0;
  });
  return fmt::format("{} of {}", waiting.answered(200), 1 + waiting_others);
}

// "40 of 41": what came, and what should have.
std::pair<std::int64_t, std::int64_t> share_in(const std::string& line) {
  const auto parts = base::split(line, ' ');
  if (parts.size() != 3) return {0, 0};
  return {base::to_integer(parts[0]).value_or(0), base::to_integer(parts[2]).value_or(0)};
}

CheckResult wrong_turn(grade::Step step, const std::string& reason, const std::string& mistake,
                       CheckResult result) {
  step.agrees = false;
  result.steps = {std::move(step)};
  result.mistakes = {mistake};
  result.situation = fmt::format("a service of {} slots, all taken", slots_of_turns);
  result.verdict = grade::Verdict::fail;
  result.reason = reason;
  return result;
}

}  // namespace

GatewaySetup setup_of_turns() {
  GatewaySetup setup;
  setup.routes = {{critical_prefix, std::nullopt, true}};
  setup.slots = slots_of_turns;
  setup.queue_ms = 6'000;
  setup.limit_ms = 9'000;
  return setup;
}

grade::Conversation see_turns(GatewayWorld& world, const GatewaySetup& setup) {
  grade::Conversation talk{"turns", {}, "", ""};
  talk.exchanges.push_back({order_fact, critical_first(world, setup)});
  for (int i = 0; i < hand_overs; ++i) {
    const auto seen = hand_over(world, setup);
    talk.exchanges.push_back({hand_over_fact, seen});
    if (const auto [came, due] = share_in(seen); came != due) break;
  }
  return talk;
}

std::optional<CheckResult> judge_turns(const grade::Conversation& talk, CheckResult result) {
  for (const auto& exchange : talk.exchanges) {
    const auto line = exchange.answered.value_or("");
    if (line == SlotHolders::none_taken) {
      result.verdict = grade::Verdict::fail;
      result.reason = SlotHolders::none_taken_words;
      return result;
    }
    const auto [came, due] = share_in(line);
    if (came == due) continue;
    if (exchange.asked == order_fact) {
      return wrong_turn(
          {"",
           fmt::format("{} others wait, then {} critical ones; slots become free", slots_of_turns,
                       due),
           fmt::format("the critical ones, all {}, before the others", due),
           fmt::format("{} of them", came), false, ""},
          fmt::format("others have all slots while {} critical requests wait", due - came),
          "others get a slot while critical ones wait", std::move(result));
    }
    return wrong_turn(
        {"", fmt::format("one critical and {} others wait; all slots become free", waiting_others),
         fmt::format("{} have one, at once", due), fmt::format("{} have", came), false, ""},
        "a slot is free, and who waits for one isn't told",
        "a wake-up is lost: who takes a slot, or leaves, wakes nobody", std::move(result));
  }
  if (talk.exchanges.size() == 1 + hand_overs) return std::nullopt;
  result.verdict = grade::Verdict::unknown;
  result.reason = "saw too little to tell";
  return result;
}

}  // namespace assay::graders::rate_limiter
