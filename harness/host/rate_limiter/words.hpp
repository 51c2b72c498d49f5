// Decisions as the script protocol has them, and the clock that a script sets.
#pragma once

#include <atomic>
#include <string>

#include "api.hpp"

namespace rate_limiter::host {

// "admitted 2", "denied 0 500" (with the wait in nanoseconds) or "denied 0 never".
std::string in_words(const Decision& decision);

// May be read while it is set.
class ScriptClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override { return kit::nanoseconds{now_ns_.load()}; }
  void set(kit::nanoseconds now) { now_ns_.store(now.count()); }
  kit::nanoseconds advance(kit::nanoseconds step) {
    return kit::nanoseconds{now_ns_.fetch_add(step.count())} + step;
  }

 private:
  std::atomic<std::int64_t> now_ns_{0};
};

}  // namespace rate_limiter::host
