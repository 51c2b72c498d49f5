// How full a bucket may be, when it is known only between which two moments each call took effect.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

// Credit: the time in which the tokens at hand would have grown.
class BucketRange {
 public:
  // Full, as long as nobody has called. With `ahead_max` so many tokens may be in the caller's hand
  // besides; then `remaining` may be older than the call, and counts too little.
  BucketRange(std::int64_t capacity, std::int64_t interval_ns, std::int64_t ahead_max = 0);

  // Takes a decision of a call between these two moments into account; what is wrong with it, or
  // nothing. Calls come one after the other.
  std::optional<std::string> take(std::int64_t from_ns, std::int64_t to_ns, std::int64_t cost,
                                  const Decision& came);

  // After a call, how long it takes at least until the bucket is full.
  std::int64_t full_in_ns(std::int64_t at_ns) const;

  // "2 to 3 tokens": before the last call that was taken.
  std::string in_words() const;

  // What Redis's clock and the grader's may differ by, and what it rounds.
  static constexpr double drift = 0.001;
  static constexpr std::int64_t rounding_ns = 2'000;
  static constexpr std::int64_t retry_slack_ns = 1'000'000;

 private:
  void grow(std::int64_t from_ns, std::int64_t to_ns);
  std::optional<std::string> take_admitted(std::int64_t cost, const Decision& came);
  std::optional<std::string> take_denied(std::int64_t cost, const Decision& came);
  bool fits(std::int64_t remaining);
  // Keeps what `came` says of the bucket, if that can be.
  bool narrow(std::int64_t low_ns, std::int64_t high_ns);

  const std::int64_t interval_ns_;
  const std::int64_t full_ns_;
  const std::int64_t ahead_max_ns_;
  std::int64_t low_ns_;
  std::int64_t high_ns_;
  std::int64_t told_low_ns_;
  std::int64_t told_high_ns_;
  std::optional<std::int64_t> last_from_ns_;
  std::int64_t last_to_ns_ = 0;
  std::int64_t longest_call_ns_ = 0;
};

}  // namespace assay::graders::rate_limiter
