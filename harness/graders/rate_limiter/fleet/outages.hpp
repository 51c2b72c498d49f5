// The ways in which Redis is lost and comes back, and calls of one node that are followed through
// them. Buckets don't refill meanwhile: with an hour from token to token, decisions are counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graders/rate_limiter/fleet/check.hpp"

namespace assay::graders::rate_limiter {

struct Outage {
  const char* name;
  const char* in_words;
  void (*begin)(FleetWorld& world);
  void (*end)(FleetWorld& world);
  bool comes_back_empty = false;
  bool is_told_at_once = false;  // the node needn't wait to know that Redis is away
};

std::span<const Outage> all_outages();
// A world's name has the outage's in it. Throws std::logic_error if none is.
const Outage& outage_of(const std::string& world);

inline constexpr std::int64_t outage_capacity = 4;
inline constexpr std::int64_t outage_lease_max = 3;  // in worlds with leases
inline constexpr const char* with_leases = " with leases";

// Calls of the first node until the bucket is empty, and one more.
void drain(FleetWorld& world, const std::string& key);

FleetRuling noisy_ruling(const std::string& what);
std::int64_t took_ns(const FleetEvent& event);
// How late a call may have been, going by a thread that only sleeps, during this event.
std::int64_t canary_after(const std::vector<FleetEvent>& events, std::size_t index);
// A wrong answer of a limiter that has waited for most of its deadline: if the machine was so busy
// that it may have waited in vain, nobody can tell; else it has to come again.
FleetRuling excused_if_busy(FleetRuling failure, const std::vector<FleetEvent>& events,
                            std::size_t index, const FleetPolicy& policy);

// Pure. `events` outlive it.
class OutageFollower {
 public:
  OutageFollower(const std::vector<FleetEvent>& events, std::string in_words);

  // The calls of `key` in these events, counted exactly.
  std::optional<FleetRuling> exact(std::size_t begin, std::size_t end, const std::string& key,
                                   std::int64_t tokens) const;
  // The first event that is this; the end if there is none.
  std::size_t find(const std::function<bool(const FleetEvent&)>& is) const;
  std::size_t find_mark(std::string_view act) const;

  const FleetPolicy& policy() const { return policy_; }
  std::string situation() const;

 private:
  const std::vector<FleetEvent>& events_;
  const std::string in_words_;
  const FleetPolicy policy_;
};

}  // namespace assay::graders::rate_limiter
