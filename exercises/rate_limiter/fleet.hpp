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
// In Redis a key expires by itself: never before its bucket is full, however long it is in use, and
// at most 2 s after twice the time that an empty one needs.
//
// With lease_max = 1, each decision asks Redis, once. With more, a node may take tokens of a key
// ahead, so that it never has more than lease_max in hand, and decide by itself while they last.
// A token that one node has and doesn't use is lost to the others: at most nodes * lease_max are.
// It drops none of a key that is asked for every second, as long as there are not above 10,000
// keys, and looking takes none ahead. `remaining` is what the node has in hand and what Redis had
// left, as last heard. retry_after is as good as that, and counts from the call; until it is over a
// denial may be repeated without asking, for 1 s at most.
//
// A call waits up to the deadline, all in all: an answer that comes within it counts. If none does,
// if Redis can't be reached or answers with an error, the call is answered as a full bucket would
// ({true, capacity - cost}; a cost above the capacity is denied), unless a lease will do. Redis may
// have taken its tokens nevertheless, and more than once if it was asked again. After a failure
// calls may be answered so without asking, but at most 1 s after Redis answers again all calls are
// limited again. What was admitted meanwhile is not owed, but no bucket is fuller than it was: only
// a Redis that comes back empty has full buckets once.
//
// A limiter connects by itself, when it has to, and can be made while Redis is down. It may start
// threads, and ends them. The process ignores SIGPIPE.
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
