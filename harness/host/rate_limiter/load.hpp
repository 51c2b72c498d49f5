// Many calls of one limiter, by threads that run freely, in a single request: for measurements and
// for sanitizers. What has to come out is the same for every right limiter that has room for all
// keys, so that nobody can be quick by answering nonsense.
#pragma once

#include <cstdint>
#include <string>

#include "api.hpp"
#include "shared.hpp"

namespace rate_limiter::host {

// keys  of each thread's own; one more is asked by all of them, every eighth call. With 0, always
struct Load {
  std::uint64_t seed = 0;
  std::int64_t threads = 1;
  std::int64_t calls = 1;  // of each thread
  std::int64_t keys = 1;
  bool interrupted = false;  // the threads are, again and again (host/interruptions.hpp)
};

// "ADMITTED DIGEST". The clock must stand still meanwhile.
std::string run(const Load& load, Limiter& limiter);

// As much sharing as there can be, for tools that look for races: all threads begin at once, ask
// for the same `keys`, look as often as they take, and read the count of calls without room.
void stress(const Load& load, SharedLimiter& limiter);

// A call of cost 1 for each of `count` keys of 16 characters; how many were admitted.
std::int64_t fill(std::int64_t count, Limiter& limiter);

}  // namespace rate_limiter::host
