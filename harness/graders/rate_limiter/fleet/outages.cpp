#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t outage_capacity = 4;
constexpr std::int64_t outage_deadline_ns = 250 * fleet_ms;
constexpr std::int64_t answer_slack_ns = 400 * fleet_ms;  // beyond the deadline
constexpr std::int64_t canary_noisy_ns = 500 * fleet_ms;  // later than that: nothing can be told
constexpr int calls_in_outage = 3;
constexpr std::chrono::milliseconds closes_within{1'000};
constexpr std::chrono::milliseconds poke_interval{60};

// How Redis is lost, and how it comes back.
struct Outage {
  const char* name;
  const char* in_words;
  void (*begin)(FleetWorld& world);
  void (*end)(FleetWorld& world);
  bool comes_back_empty = false;
};

constexpr std::array outages{
    Outage{"slow", "Redis's answers take longer than the deadline",
           [](FleetWorld& world) { world.break_with("delay 500ms"); },
           [](FleetWorld& world) { world.heal(); }},
    Outage{"paused", "Redis's process is stopped", [](FleetWorld& world) { world.pause_redis(); },
           [](FleetWorld& world) { world.resume_redis(); }},
    Outage{"killed", "Redis was killed, and connections are refused",
           [](FleetWorld& world) { world.kill_redis(); },
           [](FleetWorld& world) { world.restart_redis(); }, true},
    Outage{"half-open", "all that is sent to Redis vanishes",
           [](FleetWorld& world) { world.break_with("black hole"); },
           [](FleetWorld& world) { world.heal(); }},
    Outage{"clogged", "Redis reads nothing more, and nothing comes from it",
           [](FleetWorld& world) { world.break_with("clog"); },
           [](FleetWorld& world) { world.heal(); }},
};

const Outage& outage_named(const std::string& name) {
  return *std::find_if(outages.begin(), outages.end(),
                       [&](const auto& each) { return name == each.name; });
}

FleetPolicy outage_policy() { return {outage_capacity, fleet_hour_ns, 1, outage_deadline_ns}; }

void drain(FleetWorld& world, const std::string& key) {
  for (std::int64_t i = 0; i <= outage_capacity; ++i) world.ask_timed(0, ask_line(key, 1));
}

std::string about(const Outage& outage) {
  return fmt::format("policy: capacity {}, one token every hour; deadline {}; {}", outage_capacity,
                     base::duration_ns(outage_deadline_ns), outage.in_words);
}

FleetRuling noisy_ruling(const std::string& what) {
  FleetRuling ruling;
  ruling.verdict = grade::Verdict::noisy;
  ruling.reason = "the machine was too busy to tell: " + what;
  return ruling;
}

std::int64_t took_ns(const FleetEvent& event) { return event.to_ns - event.from_ns; }

// An answer that is older than that may rightly be that of a limiter that has waited in vain.
bool may_have_given_up(const FleetEvent& event) {
  return took_ns(event) >= outage_deadline_ns * 9 / 10;
}

// Sequential calls of one node on full buckets, none of which refills.
class OutageFollower {
 public:
  OutageFollower(const std::vector<FleetEvent>& events, const Outage& outage)
      : events_(events), outage_(outage) {}

  // Events before `end` for calls of `key`, counted exactly.
  std::optional<FleetRuling> exact(std::size_t begin, std::size_t end, const std::string& key,
                                   std::int64_t tokens) const {
    for (std::size_t i = begin; i < end; ++i) {
      const auto call = call_of(events_[i]);
      if (!call || call->key != key) continue;
      const bool admits = call->cost <= tokens;
      if (admits) tokens -= call->cost;
      const bool right =
          call->came && call->came->admitted == admits && call->came->remaining == tokens;
      if (right) continue;
      if (may_have_given_up(events_[i])) return noisy_ruling("a call took as long as the deadline");
      auto ruling = fleet_failure(
          fmt::format("acquire(\"{}\", 1): {}", key, reason(call->came, admits)),
          fleet_story(events_, i,
                      in_words(Decision{admits, tokens, admits ? std::nullopt : retry(tokens)}),
                      fmt::format("the bucket of \"{}\" holds {} after this call", key, tokens)));
      ruling.situation = about(outage_);
      return ruling;
    }
    return std::nullopt;
  }

  // The first event after `from` that is this; the end if there is none.
  std::size_t find(const std::function<bool(const FleetEvent&)>& is, std::size_t from = 0) const {
    while (from < events_.size() && !is(events_[from])) ++from;
    return from;
  }

 private:
  static std::optional<std::int64_t> retry(std::int64_t tokens) {
    return (1 - tokens) * fleet_hour_ns;
  }

  static std::string reason(const std::optional<Decision>& came, bool admits) {
    if (!came) return "no decision";
    if (came->admitted == admits) return "remaining is wrong";
    return came->admitted ? "admitted, but should be denied" : "denied, but should be admitted";
  }

  const std::vector<FleetEvent>& events_;
  const Outage& outage_;
};

bool is_marker(const FleetEvent& event, std::string_view text) {
  return event.who == fleet_marker && event.did == text;
}

}  // namespace

// Fails open.

std::vector<FleetPlan> plan_fails_open(base::Random& /*random*/) {
  std::vector<FleetPlan> plans;
  for (const auto& outage : outages) {
    plans.push_back({outage.name, 1, [&outage](FleetWorld& world) {
                       world.make(outage_policy());
                       drain(world, "a");
                       world.mark("outage");
                       outage.begin(world);
                       for (int i = 0; i < calls_in_outage; ++i) {
                         world.ask_timed(0, ask_line("a", 1));
                       }
                       world.ask_timed(0, ask_line("a", 2));
                       world.ask_timed(0, "ask_all 4 1 a 1 shared");
                     }});
  }
  return plans;
}

namespace {

constexpr const char* fails_closed = "denied, though Redis doesn't answer";

std::string too_late(const FleetEvent& event) {
  return fmt::format("answered after {} ms, with a deadline of {} ms", took_ns(event) / fleet_ms,
                     outage_deadline_ns / fleet_ms);
}

// What is wrong with the answer to a call in an outage; empty if nothing is.
std::string not_open(const FleetEvent& event) {
  std::vector<std::pair<std::int64_t, Decision>> decisions;
  if (const auto call = call_of(event); call && call->came) {
    decisions.emplace_back(call->cost, *call->came);
  } else if (const auto calls = calls_of(event)) {
    for (const auto& thread : calls->came) decisions.emplace_back(calls->cost, thread.at(0));
  }
  for (const auto& [cost, decision] : decisions) {
    if (!decision.admitted) return fails_closed;
    if (decision.remaining != outage_capacity - cost) {
      return "remaining is not what a full bucket would have left";
    }
  }
  return decisions.empty() ? "no decision" : "";
}

}  // namespace

FleetRuling rule_fails_open(const std::string& world, const std::vector<FleetEvent>& events) {
  const Outage& outage = outage_named(world);
  const OutageFollower follower(events, outage);
  const std::size_t begins =
      follower.find([](const auto& event) { return is_marker(event, "outage"); });
  if (const auto wrong = follower.exact(0, begins, "a", outage_capacity)) return *wrong;
  std::int64_t slowest_ns = 0;
  for (std::size_t i = begins; i < events.size(); ++i) {
    if (!events[i].by_node()) continue;
    const auto late = std::find_if(events.begin() + static_cast<std::ptrdiff_t>(i), events.end(),
                                   [](const auto& event) { return event.who == "canary"; });
    const std::int64_t canary_ns =
        late == events.end() ? 0 : base::to_integer(late->came).value_or(0);
    const std::int64_t limit_ns = outage_deadline_ns + answer_slack_ns + canary_ns;
    slowest_ns = std::max(slowest_ns, took_ns(events[i]));
    const bool late_answer = took_ns(events[i]) > limit_ns;
    const auto complaint = late_answer ? too_late(events[i]) : not_open(events[i]);
    if (complaint.empty()) continue;
    if (late_answer && canary_ns > canary_noisy_ns) {
      return noisy_ruling("a thread that only sleeps was late too");
    }
    auto ruling = fleet_failure(
        fmt::format("{}: {}", world, complaint),
        fleet_story(events, i, fmt::format("admitted within {} ms", outage_deadline_ns / fleet_ms),
                    "without an answer of Redis the limiter must not take the service away"));
    ruling.situation = about(outage);
    ruling.is_timing = late_answer;
    if (complaint == fails_closed) ruling.mistakes.emplace_back("fails closed");
    return ruling;
  }
  FleetRuling passed;
  passed.metrics["slowest_ms_" + world] =
      static_cast<double>(slowest_ns) / static_cast<double>(fleet_ms);
  return passed;
}

// Closes again.

std::vector<FleetPlan> plan_closes_again(base::Random& /*random*/) {
  std::vector<FleetPlan> plans;
  for (const auto& outage : outages) {
    plans.push_back({outage.name, 1, [&outage](FleetWorld& world) {
                       world.make(outage_policy());
                       drain(world, "a");
                       drain(world, "d");
                       outage.begin(world);
                       // Several at once, so that there are several answers that come too late.
                       world.ask(0, "ask_all 4 1 late 1 own");
                       world.ask(0, ask_line("late", 2));
                       outage.end(world);
                       const auto closed_at = std::chrono::steady_clock::now() + closes_within;
                       while (std::chrono::steady_clock::now() < closed_at) {
                         world.ask(0, ask_line("a", 1));
                         std::this_thread::sleep_for(poke_interval);
                       }
                       world.mark("again");
                       for (std::int64_t i = 0; i < outage_capacity + 1; ++i) {
                         for (const char* const key : {"d", "b", "a"}) {
                           world.ask(0, ask_line(key, 1));
                         }
                       }
                       world.ask(0, "ask_all 4 4 c 1 own");
                     }});
  }
  return plans;
}

namespace {

// Threads that are alone with a key each: their answers must be their own.
std::optional<FleetRuling> not_their_own(const std::vector<FleetEvent>& events, std::size_t from,
                                         const Outage& outage) {
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
        if (may_have_given_up(events[i])) return noisy_ruling("calls took as long as the deadline");
        auto ruling = fleet_failure(
            "a thread that is alone with its key was told what isn't so",
            {wrong_fleet_step(events[i], in_words(Decision{admits, tokens, std::nullopt}),
                              fmt::format("thread {} asks for \"{}.{}\" alone, {} a call", thread,
                                          calls->key, thread, cost))});
        ruling.situation = about(outage) + "; 1 s after Redis answers again";
        return ruling;
      }
    }
  }
  return std::nullopt;
}

// After a restart the bucket of "a" was full once, and calls that were admitted without Redis can't
// be told from those that took a token of it: it must be empty in the end.
std::optional<FleetRuling> empty_in_the_end(const std::vector<FleetEvent>& events, std::size_t from,
                                            const Outage& outage) {
  std::size_t last = events.size();
  for (std::size_t i = from; i < events.size(); ++i) {
    if (const auto call = call_of(events[i]); call && call->key == "a") last = i;
  }
  const auto call = last < events.size() ? call_of(events[last]) : std::nullopt;
  if (!call || !call->came || !call->came->admitted) return std::nullopt;
  if (may_have_given_up(events[last])) return noisy_ruling("a call took as long as the deadline");
  auto ruling = fleet_failure("1 s after Redis came back, calls are not limited",
                              fleet_story(events, last, "denied, 0 left",
                                          "the bucket was full once, and is used up by now"));
  ruling.situation = about(outage);
  return ruling;
}

}  // namespace

FleetRuling rule_closes_again(const std::string& world, const std::vector<FleetEvent>& events) {
  const Outage& outage = outage_named(world);
  const OutageFollower follower(events, outage);
  const std::size_t again =
      follower.find([](const auto& event) { return is_marker(event, "again"); });
  const std::size_t broken =
      follower.find([](const auto& event) { return event.did.starts_with("ask_all 4 1 late"); });
  for (const char* const key : {"a", "d"}) {
    if (const auto wrong = follower.exact(0, broken, key, outage_capacity)) return *wrong;
  }
  // "b" is new, and nobody has asked for "d" since it was used up.
  const std::int64_t forgiven = outage.comes_back_empty ? outage_capacity : 0;
  if (const auto wrong = follower.exact(again, events.size(), "d", forgiven)) return *wrong;
  if (const auto wrong = follower.exact(again, events.size(), "b", outage_capacity)) return *wrong;
  const auto a = outage.comes_back_empty ? empty_in_the_end(events, again, outage)
                                         : follower.exact(again, events.size(), "a", 0);
  if (a) return *a;
  if (const auto wrong = not_their_own(events, again, outage)) return *wrong;
  return {};
}

}  // namespace assay::graders::rate_limiter
