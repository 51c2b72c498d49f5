// The contract of level 2: four more algorithms behind the Limiter of api.hpp, one function each.
// README.md, beside this file, has the question; stub_algorithms.cpp is where to start.
//
// For all four, as for the bucket: a key is new when first used; cost 0 looks, and is always
// admitted; a cost above the limit (the capacity) is never admitted and has no retry_after; what is
// denied changes nothing; all of Decision is exact, and `remaining` is never negative.
#pragma once

#include "api.hpp"

namespace rate_limiter {

// A clock may go back at this level, at any call, by any time; level 1's bucket must bear it too.
// Then no time has passed since the call before, and time goes on from there: what has passed is
// the sum of the clock's forward steps, which together are at most kit::max_time. Who sees a step
// is up to you: the limiter, each key, or groups of keys. Windows may lie on that time; or they may
// stay those of the clock, and then what they count, current and previous, is carried over to the
// window that the clock shows after the step. A forward step is just time.

// The generic cell rate algorithm: keeps a time instead of tokens, and answers as the token bucket
// with these numbers does, to every call.
//
// The ranges are the bucket's: both at least 1, and their product at most kit::max_time.
struct Gcra {
  std::int64_t capacity;
  kit::nanoseconds emission_interval;
};
std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock);

// For the three with a window: limit >= 1, window >= 1 ns, limit * window <= kit::max_time.

// Admits costs of at most `limit` in each window [k * window, (k + 1) * window) of the clock.
//
// remaining    limit - what was admitted in this window
// retry_after  until the next window starts
struct FixedWindow {
  std::int64_t limit;
  kit::nanoseconds window;
};
std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock);

// Admits costs of at most `limit` in any window, wherever it starts: a call that was admitted at
// the time s counts until s + window, and no longer counts then.
//
// remaining    limit - what counts
// retry_after  until enough no longer counts: the shortest wait
struct SlidingLog {
  std::int64_t limit;
  kit::nanoseconds window;
};
std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock);

// Estimates the log from two counts, of windows as those of FixedWindow:
//
//   estimate = current + previous * (window - elapsed) / window
//
// where `current` was admitted in this window, `previous` in the one before it, and `elapsed` is
// the time since this window started. The estimate is a fraction, and is not rounded: a call is
// admitted if estimate + cost <= limit.
//
// remaining    limit - estimate, rounded down
// retry_after  the shortest wait, which may end in the next window, or the one after it
struct SlidingCounter {
  std::int64_t limit;
  kit::nanoseconds window;
};
std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock);

}  // namespace rate_limiter
