#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "graders/rate_limiter/fleet/outages.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t closing_deadline_ns = 250 * fleet_ms;
constexpr std::chrono::milliseconds closes_within{1'000};
constexpr std::chrono::milliseconds poke_interval{60};
constexpr const char* made_meanwhile = "made while ";

void play_return(FleetWorld& world, const Outage& outage, std::int64_t lease_max,
                 bool made_in_outage) {
  const FleetPolicy policy{outage_capacity, fleet_hour_ns, lease_max, closing_deadline_ns};
  if (!made_in_outage) {
    world.make(policy);
    drain(world, "a");
    drain(world, "d");
  }
  outage.begin(world);
  if (made_in_outage) world.make(policy);
  world.mark("outage");
  // Several at once, so that there are several answers that come too late.
  world.ask(0, "ask_all 4 1 late 1 own");
  world.ask(0, ask_line("late", 2));
  world.ask(0, ask_line("a", 1));
  outage.end(world);
  const auto closed_at = std::chrono::steady_clock::now() + closes_within;
  while (std::chrono::steady_clock::now() < closed_at) {
    world.ask(0, ask_line("a", 1));
    std::this_thread::sleep_for(poke_interval);
  }
  world.mark("again");
  for (std::int64_t i = 0; i < outage_capacity + 1; ++i) {
    for (const char* const key : {"d", "b", "a"}) world.ask_timed(0, ask_line(key, 1));
  }
  world.ask_timed(0, "ask_all 4 4 c 1 own");
}

// Threads that are alone with a key each: their answers must be their own.
std::optional<FleetRuling> not_their_own(const std::vector<FleetEvent>& events, std::size_t from,
                                         const OutageFollower& follower) {
  for (std::size_t i = from; i < events.size(); ++i) {
    const auto calls = calls_of(events[i]);
    if (!calls) continue;
    for (std::int64_t thread = 0; thread < calls->threads; ++thread) {
      const auto index = static_cast<std::size_t>(thread);
      if (index >= calls->came.size()) return fleet_failure("not every call got a decision", {});
      std::int64_t tokens = outage_capacity;
      for (const auto& came : calls->came[index]) {
        const std::int64_t cost = calls->cost + thread;
        const bool admits = cost <= tokens;
        if (admits) tokens -= cost;
        if (came.admitted == admits && came.remaining == tokens) continue;
        auto ruling = fleet_failure(
            "a thread that is alone with its key was told what isn't so",
            {wrong_fleet_step(events[i], in_words(Decision{admits, tokens, std::nullopt}),
                              fmt::format("thread {} asks for \"{}.{}\" alone, {} a call", thread,
                                          calls->key, thread, cost))});
        ruling.situation = follower.situation() + "; 1 s after Redis answers again";
        return excused_if_busy(std::move(ruling), events, i, follower.policy());
      }
    }
  }
  return std::nullopt;
}

// If the bucket of "a" was full once, calls that were admitted without Redis can't be told from
// those that took a token of it: it must be empty in the end.
std::optional<FleetRuling> empty_in_the_end(const std::vector<FleetEvent>& events, std::size_t from,
                                            const OutageFollower& follower) {
  std::size_t last = events.size();
  for (std::size_t i = from; i < events.size(); ++i) {
    if (const auto call = call_of(events[i]); call && call->key == "a") last = i;
  }
  const auto call = last < events.size() ? call_of(events[last]) : std::nullopt;
  if (!call || !call->came || !call->came->admitted) return std::nullopt;
  auto ruling = fleet_failure("1 s after Redis came back, calls are not limited",
                              fleet_story(events, last, "denied, 0 left",
                                          "the bucket was full once, and is used up by now"));
  ruling.situation = follower.situation();
  return excused_if_busy(std::move(ruling), events, last, follower.policy());
}

}  // namespace

std::vector<FleetPlan> plan_closes_again(base::Random& /*random*/) {
  std::vector<FleetPlan> plans;
  const auto add = [&](const std::string& name, std::int64_t lease_max, bool made_in_outage) {
    const Outage& outage = outage_of(name);
    plans.push_back({name, 1, [&outage, lease_max, made_in_outage](FleetWorld& world) {
                       play_return(world, outage, lease_max, made_in_outage);
                     }});
  };
  for (const auto& outage : all_outages()) add(outage.name, 1, false);
  for (const std::string name : {"paused", "killed"}) add(made_meanwhile + name, 1, true);
  for (const std::string name : {"paused", "killed", "half-open"}) {
    add(name + with_leases, outage_lease_max, false);
  }
  return plans;
}

FleetRuling rule_closes_again(const std::string& world, const std::vector<FleetEvent>& events) {
  const Outage& outage = outage_of(world);
  const OutageFollower follower(events, outage.in_words);
  const std::size_t broken = follower.find_mark("outage");
  const std::size_t again = follower.find_mark("again");
  for (const char* const key : {"a", "d"}) {
    if (const auto wrong = follower.exact(0, broken, key, outage_capacity)) return *wrong;
  }
  // "b" is new, and nobody has asked for "d" since it was used up, if it ever was.
  const bool full = outage.comes_back_empty || world.starts_with(made_meanwhile);
  const std::int64_t left = full ? outage_capacity : 0;
  if (const auto wrong = follower.exact(again, events.size(), "d", left)) return *wrong;
  if (const auto wrong = follower.exact(again, events.size(), "b", outage_capacity)) return *wrong;
  const auto a = full ? empty_in_the_end(events, again, follower)
                      : follower.exact(again, events.size(), "a", 0);
  if (a) return *a;
  // With leases a call may be denied what lies in two places.
  if (follower.policy().lease_max > 1) return {};
  if (const auto wrong = not_their_own(events, again, follower)) return *wrong;
  return {};
}

}  // namespace assay::graders::rate_limiter
