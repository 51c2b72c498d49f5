#include <algorithm>
#include <chrono>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/outages.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;

// Long enough that twice of it is more than it and the slack.
constexpr std::int64_t open_deadline_ns = 700 * fleet_ms;
constexpr std::int64_t answer_slack_ns = 400 * fleet_ms;  // beyond the deadline
constexpr std::int64_t canary_noisy_ns = 500 * fleet_ms;  // later than that: nothing can be told
constexpr milliseconds denials_are_old_after{1'100};      // a node may repeat them for a second

constexpr const char* in_time_world = "late, but in time";
constexpr const char* unreachable_world = "unreachable";
// A kernel asks for a connection again after 1 s, and then some more seconds apart. The first call
// finds room then, and the second, which has to give up before, not for long.
constexpr std::int64_t unreachable_deadline_ns = 1'300 * fleet_ms;
constexpr milliseconds room_before_it_asks_again{400};
constexpr milliseconds room_when_all_is_late{4'200};
constexpr milliseconds room_is_made_within{20};

constexpr const char* fails_closed = "denied, though Redis doesn't answer";

void play_outage(FleetWorld& world, const Outage& outage, std::int64_t lease_max) {
  world.make({outage_capacity, fleet_hour_ns, lease_max, open_deadline_ns});
  drain(world, "a");
  if (lease_max > 1) std::this_thread::sleep_for(denials_are_old_after);
  world.mark("outage");
  outage.begin(world);
  world.ask_timed(0, ask_line("a", 1));
  world.ask_timed(0, ask_line("a", outage_capacity + 1));
  if (outage.is_told_at_once) {
    for (const std::int64_t cost : {1, 0, 3}) world.ask_timed(0, ask_line("a", cost));
  }
  world.ask_timed(0, "ask_all 4 1 a 2 shared");
}

// Answers that take a while, but much less than the deadline.
void play_in_time(FleetWorld& world) {
  world.make({outage_capacity, fleet_hour_ns, 1, patient_deadline_ns});
  world.ask(0, ask_line("first", 1));
  world.break_with("delay 120ms");
  drain(world, "a");
}

void play_unreachable(FleetWorld& world) {
  world.make_unreachable({outage_capacity, fleet_hour_ns, 1, unreachable_deadline_ns});
  world.mark("outage");
  for (const auto after : {room_before_it_asks_again, room_when_all_is_late}) {
    const std::jthread makes_room([&world, after](const std::stop_token& answered) {
      const auto due = std::chrono::steady_clock::now() + after;
      while (std::chrono::steady_clock::now() < due) {
        if (answered.stop_requested()) return;
        std::this_thread::sleep_for(room_is_made_within);
      }
      world.take_connection();
    });
    world.ask_timed(0, ask_line("a", 1));
  }
}

std::string too_late(const FleetEvent& event, const FleetPolicy& policy) {
  return fmt::format("answered after {} ms, with a deadline of {} ms", took_ns(event) / fleet_ms,
                     policy.deadline_ns / fleet_ms);
}

// What is wrong with a decision without Redis; empty if nothing is.
std::string not_as_a_full_bucket(std::int64_t cost, const Decision& came) {
  const bool never = cost > outage_capacity;
  if (never && came.admitted) return "a cost above the capacity was admitted";
  if (!never && !came.admitted) return fails_closed;
  if (came.remaining != outage_capacity - (never ? 0 : cost)) {
    return "remaining is not what a full bucket would have left";
  }
  return came.retry_after_ns ? "has a retry_after, but there is nothing to wait for" : "";
}

std::string not_open(const FleetEvent& event) {
  if (const auto call = call_of(event)) {
    return call->came ? not_as_a_full_bucket(call->cost, *call->came) : "no decision";
  }
  const auto calls = calls_of(event);
  if (!calls || calls->came.empty()) return "no decision";
  for (const auto& thread : calls->came) {
    auto complaint = not_as_a_full_bucket(calls->cost, thread.at(0));
    if (!complaint.empty()) return complaint;
  }
  return "";
}

// Of all answers since an outage began.
FleetRuling rule_open(const std::string& world, const OutageFollower& follower,
                      const std::vector<FleetEvent>& events, std::size_t begins) {
  const FleetPolicy& policy = follower.policy();
  std::int64_t slowest_ns = 0;
  for (std::size_t i = begins; i < events.size(); ++i) {
    if (!events[i].by_node()) continue;
    const std::int64_t canary_ns = canary_after(events, i);
    slowest_ns = std::max(slowest_ns, took_ns(events[i]));
    const std::int64_t limit_ns = policy.deadline_ns + answer_slack_ns + canary_ns;
    const bool late_answer = took_ns(events[i]) > limit_ns;
    const auto complaint = late_answer ? too_late(events[i], policy) : not_open(events[i]);
    if (complaint.empty()) continue;
    const bool hardly = took_ns(events[i]) <= limit_ns + canary_ns;
    if (late_answer && hardly && canary_ns > canary_noisy_ns) {
      return noisy_ruling("a thread that only sleeps was late too");
    }
    auto ruling = fleet_failure(
        fmt::format("{}: {}", world, complaint),
        fleet_story(
            events, i,
            fmt::format("as a full bucket would, within {} ms", policy.deadline_ns / fleet_ms),
            "without an answer of Redis the limiter must not take the service away"));
    ruling.situation = follower.situation();
    ruling.is_timing = late_answer;
    if (complaint == fails_closed) ruling.mistakes.emplace_back("fails closed");
    return ruling;
  }
  FleetRuling passed;
  passed.metrics["slowest_ms_" + world] =
      static_cast<double>(slowest_ns) / static_cast<double>(fleet_ms);
  return passed;
}

FleetRuling rule_in_time(const std::vector<FleetEvent>& events) {
  const OutageFollower follower(events, "each answer of Redis takes 240 ms, and comes in time");
  auto wrong = follower.exact(0, events.size(), "a", follower.policy().capacity);
  if (!wrong) return {};
  if (wrong->verdict == grade::Verdict::fail) {
    wrong->mistakes.emplace_back("gives up before the deadline");
  }
  return *wrong;
}

}  // namespace

std::vector<FleetPlan> plan_fails_open(base::Random& /*random*/) {
  std::vector<FleetPlan> plans;
  for (const auto& outage : all_outages()) {
    plans.push_back({outage.name, 1, [&](FleetWorld& world) { play_outage(world, outage, 1); }});
  }
  for (const char* const name : {"paused", "killed"}) {
    const Outage& outage = outage_of(name);
    plans.push_back({std::string(name) + with_leases, 1, [&outage](FleetWorld& world) {
                       play_outage(world, outage, outage_lease_max);
                     }});
  }
  plans.push_back({in_time_world, 1, play_in_time});
  plans.push_back({unreachable_world, 1, play_unreachable});
  return plans;
}

FleetRuling rule_fails_open(const std::string& world, const std::vector<FleetEvent>& events) {
  if (world == in_time_world) return rule_in_time(events);
  if (world == unreachable_world) {
    const OutageFollower follower(events, "nobody takes connections where Redis should be");
    if (fleet_fact(events, "is full") != "yes") {
      return fleet_unknown("on this machine a full queue takes connections nevertheless");
    }
    return rule_open(world, follower, events, follower.find_mark("outage"));
  }
  const OutageFollower follower(events, outage_of(world).in_words);
  const std::size_t begins = follower.find_mark("outage");
  if (const auto wrong = follower.exact(0, begins, "a", outage_capacity)) return *wrong;
  return rule_open(world, follower, events, begins);
}

}  // namespace assay::graders::rate_limiter
