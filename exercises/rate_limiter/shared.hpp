// The contract of level 3: one limiter that many threads ask at once, for a million keys.
#pragma once

#include "api.hpp"

namespace rate_limiter {

// What happens to a new key when there is no room for it.
enum class WhenFull { deny, admit };

// keys_max  1 to 16,777,216 (2^24): the buckets that can be remembered at once
struct Room {
  std::int64_t keys_max;
  WhenFull when_full;
};

// A token bucket for each key, as at level 1, asked by any number of threads at once. Each call
// takes effect at one instant between its start and its end. Its time is one that the clock shows
// in between, and not before that of the last call that took tokens from the same bucket. The clock
// never goes back.
//
// Only a bucket that isn't full has to be remembered: a full one is as good as a new one. So a key
// needs room when a call takes tokens from its full bucket. If keys_max others are remembered then,
// a full bucket among them is forgotten. A bucket that isn't full is never forgotten: that would be
// amnesty. If none is full, `when_full` decides, and the call is counted:
//
//   deny   {false, 0, no retry_after}: how long it will take depends on the other keys
//   admit  {true, what would remain of a full bucket}, and nothing is remembered
//
// It starts no thread of its own: the callers' have to do.
//
// (If a bucket becomes full in this very nanosecond, it may count as full or not.)
class SharedLimiter : public Limiter {
 public:
  // Calls that found no room since the limiter was made.
  virtual std::int64_t without_room() const = 0;
};

// `clock` outlives the limiter, and may be read by all threads.
std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock);

}  // namespace rate_limiter
