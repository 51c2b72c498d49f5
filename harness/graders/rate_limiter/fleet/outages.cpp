#include "graders/rate_limiter/fleet/outages.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

// A machine is busy if a thread that only sleeps was late by this part of a deadline.
constexpr std::int64_t busy_part = 3;
constexpr int calls_in_vain_min = 3;
// A call wakes a few times, and not all the time as the canary does.
constexpr std::int64_t naps_of_a_call = 20;

constexpr std::array outages{
    Outage{"slow", "Redis's answers take longer than the deadline",
           [](FleetWorld& world) { world.break_with("delay 1500ms"); },
           [](FleetWorld& world) { world.heal(); }},
    Outage{"paused", "Redis's process is stopped", [](FleetWorld& world) { world.pause_redis(); },
           [](FleetWorld& world) { world.resume_redis(); }},
    Outage{"killed", "Redis was killed, and connections are refused",
           [](FleetWorld& world) { world.kill_redis(); },
           [](FleetWorld& world) { world.restart_redis(); }, true, true},
    Outage{"half-open", "all that is sent to Redis vanishes",
           [](FleetWorld& world) { world.break_with("black hole"); },
           [](FleetWorld& world) { world.heal(); }},
    Outage{"clogged", "Redis reads nothing more, and nothing comes from it",
           [](FleetWorld& world) { world.break_with("clog"); },
           [](FleetWorld& world) { world.heal(); }},
    Outage{"failing", "Redis answers with an error, as a replica that has lost its primary",
           [](FleetWorld& world) { world.begin_errors(); },
           [](FleetWorld& world) { world.end_errors(); }, false, true},
};

std::string disagreement(const std::optional<Decision>& came, bool admits) {
  if (!came) return "no decision";
  if (came->admitted == admits) return "remaining is wrong";
  return came->admitted ? "admitted, but should be denied" : "denied, but should be admitted";
}

}  // namespace

std::span<const Outage> all_outages() { return outages; }

const Outage& outage_of(const std::string& world) {
  const auto found = std::find_if(outages.begin(), outages.end(), [&](const auto& each) {
    return world.find(each.name) != world.npos;
  });
  if (found == outages.end()) throw std::logic_error("no outage: " + world);
  return *found;
}

void drain(FleetWorld& world, const std::string& key) {
  for (std::int64_t i = 0; i <= outage_capacity; ++i) world.ask_timed(0, ask_line(key, 1));
}

FleetRuling noisy_ruling(const std::string& what) {
  FleetRuling ruling;
  ruling.verdict = grade::Verdict::noisy;
  ruling.reason = "the machine was too busy to tell: " + what;
  return ruling;
}

std::int64_t took_ns(const FleetEvent& event) { return event.to_ns - event.from_ns; }

std::int64_t canary_after(const std::vector<FleetEvent>& events, std::size_t index) {
  const auto late = std::find_if(events.begin() + static_cast<std::ptrdiff_t>(index), events.end(),
                                 [](const auto& event) { return event.who == "canary"; });
  if (late == events.end()) return 0;
  const auto words = base::split(late->came, ' ');
  const std::int64_t all_ns = base::to_integer(words[0]).value_or(0);
  if (words.size() < 2) return all_ns;
  return std::min(all_ns, naps_of_a_call * base::to_integer(words[1]).value_or(0));
}

namespace {

bool takes_the_deadline(const FleetEvent& event, const FleetPolicy& policy) {
  return took_ns(event) >= policy.deadline_ns * 9 / 10;
}

// Do all calls of this key wait in vain from here on? No machine is busy in that way.
bool none_is_answered(const std::vector<FleetEvent>& events, std::size_t index,
                      const FleetPolicy& policy) {
  const auto wrong = call_of(events[index]);
  int calls = 0;
  for (std::size_t i = index; wrong && i < events.size(); ++i) {
    const auto call = call_of(events[i]);
    if (!call || call->key != wrong->key) continue;
    if (!takes_the_deadline(events[i], policy)) return false;
    ++calls;
  }
  return calls >= calls_in_vain_min;
}

}  // namespace

FleetRuling excused_if_busy(FleetRuling failure, const std::vector<FleetEvent>& events,
                            std::size_t index, const FleetPolicy& policy) {
  if (!takes_the_deadline(events[index], policy)) return failure;
  const bool busy = canary_after(events, index) >= policy.deadline_ns / busy_part;
  if (busy && !none_is_answered(events, index, policy)) {
    return noisy_ruling("a call took as long as the deadline");
  }
  failure.is_timing = true;
  return failure;
}

OutageFollower::OutageFollower(const std::vector<FleetEvent>& events, std::string in_words)
    : events_(events), in_words_(std::move(in_words)), policy_(fleet_policy(events)) {}

std::optional<FleetRuling> OutageFollower::exact(std::size_t begin, std::size_t end,
                                                 const std::string& key,
                                                 std::int64_t tokens) const {
  for (std::size_t i = begin; i < end; ++i) {
    const auto call = call_of(events_[i]);
    if (!call || call->key != key) continue;
    const bool admits = call->cost <= tokens;
    if (admits) tokens -= call->cost;
    if (call->came && call->came->admitted == admits && call->came->remaining == tokens) continue;
    Decision right{admits, tokens, std::nullopt};
    if (!admits) right.retry_after_ns = (call->cost - tokens) * policy_.interval_ns;
    auto ruling = fleet_failure(
        fmt::format("acquire(\"{}\", {}): {}", key, call->cost, disagreement(call->came, admits)),
        fleet_story(events_, i, in_words(right),
                    fmt::format("the bucket of \"{}\" holds {} after this call", key, tokens)));
    ruling.situation = situation();
    return excused_if_busy(std::move(ruling), events_, i, policy_);
  }
  return std::nullopt;
}

std::size_t OutageFollower::find(const std::function<bool(const FleetEvent&)>& is) const {
  const auto found = std::find_if(events_.begin(), events_.end(), is);
  return static_cast<std::size_t>(found - events_.begin());
}

std::size_t OutageFollower::find_mark(std::string_view act) const {
  return find([act](const auto& event) { return event.who == fleet_marker && event.did == act; });
}

std::string OutageFollower::situation() const {
  const std::string leases =
      policy_.lease_max > 1 ? fmt::format(", with leases of {}", policy_.lease_max) : std::string();
  return fmt::format("policy: capacity {}, one token every hour{}; deadline {}; {}",
                     policy_.capacity, leases, base::duration_ns(policy_.deadline_ns), in_words_);
}

}  // namespace assay::graders::rate_limiter
