// The contract of the rate limiter: what you implement, and all that the grader relies on.
// README.md, beside this file, has the question; stub.cpp is where to start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "kit/time.hpp"

namespace rate_limiter {

// Grows when a change here asks for a change in solutions.
inline constexpr int contract_version = 1;

// A bucket holds at most `capacity` tokens, and gains one every `emission_interval`.
//
// capacity          1 or more tokens: the most that can be admitted at one instant
// emission_interval 1 ns or more
// capacity * emission_interval, the time in which an empty bucket fills, is at most kit::max_time
struct Policy {
  std::int64_t capacity;
  kit::nanoseconds emission_interval;
};

struct Decision {
  bool admitted = false;

  // Whole tokens in the bucket after this decision (a token that is still growing doesn't count).
  std::int64_t remaining = 0;

  // Only for a denial that waiting can cure: the shortest wait after which the same call would be
  // admitted, if nobody else called meanwhile. One nanosecond earlier it would still be denied.
  std::optional<kit::nanoseconds> retry_after = std::nullopt;
};

class Limiter {
 public:
  virtual ~Limiter() = default;

  // Takes `cost` tokens from the bucket of `key`, or takes nothing and denies.
  //
  // key   1 to 256 bytes; each key has a bucket of its own, which is full when first used
  // cost  0 or more; 0 looks without taking, and is always admitted;
  //       a cost above the capacity can never be admitted, and has no retry_after
  virtual Decision acquire(std::string_view key, std::int64_t cost) = 0;
};

// A token bucket: tokens grow continuously, to the nanosecond, and are never more than the
// capacity. `clock` outlives the limiter. At level 1 it never goes back, and one thread calls.
std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock);

}  // namespace rate_limiter
