#include "graders/rate_limiter/fleet/expiry.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/level.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t grace_ms = 2'000;  // beyond twice the time that an empty bucket needs
constexpr std::int64_t rounding_ms = 3;   // of expiries, and of the time
constexpr std::int64_t forever_ms = -1;   // as PTTL says it
constexpr std::int64_t gone_ms = -2;      // since it was listed
constexpr FleetPolicy busy_policy{3, 80 * fleet_ms, 1, patient_deadline_ns};
constexpr FleetPolicy slow_policy_of_expiry{6, fleet_hour_ns, 1, patient_deadline_ns};
constexpr FleetPolicy leased_expiry_policy{60, fleet_hour_ns, 10, patient_deadline_ns};

std::int64_t expiry_max_ms(const FleetPolicy& policy) {
  return 2 * policy.capacity * policy.interval_ns / fleet_ms + grace_ms;
}

struct Expiry {
  std::string key;
  std::int64_t left_ms = 0;
};
std::optional<std::vector<Expiry>> expiries_in(const std::string& listed) {
  std::vector<Expiry> expiries;
  for (const auto& entry : base::split(listed, ' ')) {
    const auto equals = entry.rfind('=');
    if (equals == entry.npos) continue;
    const auto left_ms = base::to_integer(entry.substr(equals + 1));
    if (!left_ms) return std::nullopt;
    expiries.push_back({entry.substr(0, equals), *left_ms});
  }
  return expiries;
}

// Longer than any expiry that was set with the first write only.
void play_busy(FleetWorld& world, base::Random random) {
  world.make(busy_policy);
  const auto lasts = std::chrono::milliseconds(expiry_max_ms(busy_policy) + 300);
  const auto end = std::chrono::steady_clock::now() + lasts;
  while (std::chrono::steady_clock::now() < end) {
    world.ask(0, ask_line("k", 1));
    if (random.chance(0.3)) world.note_keys();
    std::this_thread::sleep_for(std::chrono::milliseconds(random.between(10, 40)));
  }
}

void play_slow(FleetWorld& world, const FleetPolicy& policy, base::Random random) {
  world.make(policy);
  for (std::int64_t i = 0; i < slow_policy_of_expiry.capacity; ++i) {
    world.ask(0, ask_line("k", random.between(1, policy.lease_max)));
    world.note_keys();
    std::this_thread::sleep_for(std::chrono::milliseconds(random.between(150, 450)));
    world.note_keys();
  }
}

// The call of this key that was made at last, what was broken before it, and what Redis says.
std::vector<grade::Step> steps_about(const std::vector<FleetEvent>& events, std::size_t listed,
                                     const std::string& expected, const Expiry& expiry,
                                     const std::string& why) {
  std::vector<grade::Step> steps;
  for (std::size_t i = listed; i-- > 0;) {
    const auto call = call_of(events[i]);
    if (!call || !expiry.key.ends_with(call->key)) continue;
    if (i > 0 && events[i - 1].who == "gates") steps.push_back(fleet_step(events[i - 1]));
    steps.push_back(fleet_step(events[i]));
    break;
  }
  const std::string came =
      expiry.left_ms == forever_ms
          ? "-1: it never expires"
          : fmt::format("it expires in {}", base::duration_ns(expiry.left_ms * fleet_ms));
  steps.push_back({fleet_step(events[listed]).at,
                   "Redis: PTTL " + base::printable_line(expiry.key, 40), expected, came, false,
                   why});
  return steps;
}

std::string situation_of(const FleetPolicy& policy) {
  return fmt::format("1 node; policy: capacity {}, one token every {}{}", policy.capacity,
                     base::duration_ns(policy.interval_ns),
                     policy.lease_max > 1 ? fmt::format(", leases of {}", policy.lease_max) : "");
}

// Of several keys of one bucket, the one that stays longest.
std::optional<FleetRuling> expires_too_early(const std::vector<FleetEvent>& events,
                                             std::size_t listed, const BucketRange& bucket) {
  Expiry longest{"k", 0};
  const auto expiries = expiries_in(events[listed].came);
  for (const auto& each : expiries.value_or(std::vector<Expiry>{})) {
    if (each.left_ms > longest.left_ms) longest = each;
  }
  const std::int64_t full_in_ms = bucket.full_in_ns(events[listed].to_ns) / fleet_ms;
  if (longest.left_ms + rounding_ms >= full_in_ms) return std::nullopt;
  const bool is_gone = longest.left_ms <= 0;
  return fleet_failure(
      is_gone ? "Redis has forgotten a bucket that isn't full"
              : "a key expires before its bucket is full: what was spent will be forgiven",
      steps_about(events, listed,
                  fmt::format("not within the next {}", base::duration_ns(full_in_ms * fleet_ms)),
                  longest, "by all answers so far, the bucket is full no earlier"),
      {"an expiry doesn't last until the bucket is full"});
}

}  // namespace

std::optional<FleetRuling> expires_too_late(const std::vector<FleetEvent>& events,
                                            std::size_t listed) {
  const std::int64_t most_ms = expiry_max_ms(fleet_policy(events));
  const auto expiries = expiries_in(events[listed].came);
  if (!expiries) return fleet_failure("the keys of Redis can't be read", {});
  for (const auto& expiry : *expiries) {
    const bool never = expiry.left_ms == forever_ms;
    if (expiry.left_ms == gone_ms || (!never && expiry.left_ms <= most_ms)) continue;
    const std::string key = base::printable_line(expiry.key, 40);
    return fleet_failure(
        never
            ? "a key stays in Redis for ever: " + key
            : fmt::format("a key stays in Redis far too long: {}, for {} ms", key, expiry.left_ms),
        steps_about(events, listed,
                    fmt::format("at most {}", base::duration_ns(most_ms * fleet_ms)), expiry,
                    "a full bucket is as good as none, so its key has to go by itself"));
  }
  return std::nullopt;
}

std::vector<FleetPlan> plan_expiry(base::Random& random) {
  const base::Random busy(random.next());
  const base::Random slow(random.next());
  return {{"in use all the time", 1, [=](FleetWorld& world) { play_busy(world, busy); }},
          {"filling slowly", 1,
           [=](FleetWorld& world) { play_slow(world, slow_policy_of_expiry, slow); }},
          {"filling slowly, with leases", 1,
           [=](FleetWorld& world) { play_slow(world, leased_expiry_policy, slow); }}};
}

FleetRuling rule_expiry(const std::vector<FleetEvent>& events) {
  const FleetPolicy policy = fleet_policy(events);
  BucketRange bucket(policy.capacity, policy.interval_ns,
                     policy.lease_max > 1 ? policy.lease_max : 0);
  bool any_key = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::optional<FleetRuling> ruling;
    if (const auto call = call_of(events[i])) {
      const auto wrong =
          call->came ? bucket.take(events[i].from_ns, events[i].to_ns, call->cost, *call->came)
                     : std::optional<std::string>("no decision");
      if (!wrong) continue;
      ruling = fleet_failure(
          fmt::format("acquire(\"k\", {}): {}", call->cost, *wrong),
          fleet_story(events, i, "what an exact bucket says",
                      fmt::format("by all calls, it held {} then", bucket.in_words())));
    } else if (events[i].did == "keys") {
      any_key = any_key || !events[i].came.empty();
      ruling = expires_too_late(events, i);
      if (!ruling) ruling = expires_too_early(events, i, bucket);
    }
    if (!ruling) continue;
    ruling->situation = situation_of(policy);
    return *ruling;
  }
  if (!any_key) return fleet_failure("no key was ever seen in Redis: the budget isn't there", {});
  return {};
}

}  // namespace assay::graders::rate_limiter
