// A node's clock: the machine's, and as wrong as a script wants it to be.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "kit/time.hpp"

namespace rate_limiter::host {

// May be read while it is skewed.
class RealClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override {
    const kit::nanoseconds shown =
        std::chrono::system_clock::now().time_since_epoch() + kit::nanoseconds{skew_ns_.load()};
    return std::clamp(shown, kit::nanoseconds{0}, kit::max_time);
  }

  void skew(kit::nanoseconds by) { skew_ns_.store(by.count()); }

 private:
  std::atomic<std::int64_t> skew_ns_{0};
};

}  // namespace rate_limiter::host
