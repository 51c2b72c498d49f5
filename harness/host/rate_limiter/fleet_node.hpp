// The operations of level 4: one node of a fleet, in real time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet.hpp"
#include "host/rate_limiter/real_clock.hpp"

namespace rate_limiter::host {

// Not thread-safe; the threads that it starts have ended when it answers.
class FleetNode {
 public:
  using Words = std::vector<std::string_view>;

  // Nothing if it isn't an operation of a fleet's.
  std::optional<std::string> answer(const Words& words);

 private:
  std::string make(const Words& words);
  std::string ask_all(const Words& words);
  std::string ask_many(const Words& words);
  FleetLimiter& limiter();

  RealClock clock_;
  std::unique_ptr<FleetLimiter> limiter_;
};

}  // namespace rate_limiter::host
