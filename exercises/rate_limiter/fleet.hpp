// The contract of level 4: one budget for a fleet of nodes, which they share in Redis.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api.hpp"

namespace rate_limiter {

struct Redis {
  std::string host;  // an address in numbers, "127.0.0.1"
  std::uint16_t port;
};

// nodes      1 or more: as many processes make a limiter with this policy and this Redis
// deadline   1 ms or more: the longest that a call may wait for Redis, connecting included
// lease_max  1 or more: see below
struct Fleet {
  Redis redis;
  kit::nanoseconds deadline;
  int nodes;
  std::int64_t lease_max;
};

// A token bucket for each key, as at level 1, and one for all nodes together. Any number of threads
// of a node call at once. At this level the emission interval is a whole number of microseconds,
// and capacity * emission_interval is at most 2^51 us.
//
// Time is Redis's, as TIME tells it, in microseconds. The node's clock may be wrong by anything,
// and may step. A decision is exact at one of Redis's microseconds between its start and its end;
// retry_after may be up to 1 ms too long, and is never too short.
//
// In Redis a key expires by itself: not before its bucket is full, and at most a minute after twice
// the time that an empty one needs.
//
// With lease_max = 1, each decision asks Redis, once. With more, a node may take tokens of a key
// ahead, at most lease_max at a time, and decide by itself while they last; `remaining` and
// retry_after are then as good as what it last heard. A token that one node has and doesn't use is
// lost to the others: at most nodes * lease_max are.
//
// If Redis hasn't answered within the deadline, or can't be reached, a call is answered as a full
// bucket would ({true, capacity - cost}; a cost above the capacity is denied), unless a lease will
// do. Redis may have taken its tokens nevertheless, and more than once if it was asked again. At
// most 1 s after Redis answers again all calls are limited again. What was admitted meanwhile is
// not owed, but no bucket is fuller than it was: only a Redis that comes back empty has full
// buckets once.
//
// A limiter connects by itself, when it has to. It may start threads, and ends them. The process
// ignores SIGPIPE.
class FleetLimiter : public Limiter {
 public:
  // The most tokens of a key that all nodes together may admit, in any stretch of time, beyond what
  // one exact bucket would (while Redis answers). 0 with lease_max = 1, and never more than
  // nodes * lease_max.
  virtual std::int64_t over_admission_max() const = 0;
};

// `clock` is the node's; it outlives the limiter, and any thread may read it.
std::unique_ptr<FleetLimiter> make_fleet_limiter(Policy policy, Fleet fleet,
                                                 const kit::Clock& clock);

}  // namespace rate_limiter
