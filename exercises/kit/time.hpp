// Time, as every contract sees it: whole nanoseconds on a clock that is handed in. A solution never
// asks the operating system, so that an hour can pass between two calls of a test.
#pragma once

#include <chrono>
#include <cstdint>

namespace kit {

using std::chrono::nanoseconds;

// No clock shows more: 2^62 - 1 ns, 146 years. The sum of two such times still fits in 64 bits.
inline constexpr nanoseconds max_time{(std::int64_t{1} << 62) - 1};

class Clock {
 public:
  virtual ~Clock() = default;

  // The time since the clock started: 0 to max_time.
  virtual nanoseconds now() const = 0;
};

}  // namespace kit
