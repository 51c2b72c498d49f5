#include "graders/rate_limiter/fleet/level.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace assay::graders::rate_limiter {

BucketRange::BucketRange(std::int64_t capacity, std::int64_t interval_ns, std::int64_t ahead_max)
    : interval_ns_(interval_ns),
      full_ns_(capacity * interval_ns),
      ahead_max_ns_(ahead_max * interval_ns),
      low_ns_(full_ns_),
      high_ns_(full_ns_),
      told_low_ns_(full_ns_),
      told_high_ns_(full_ns_) {}

std::optional<std::string> BucketRange::take(std::int64_t from_ns, std::int64_t to_ns,
                                             std::int64_t cost, const Decision& came) {
  grow(from_ns, to_ns);
  return came.admitted ? take_admitted(cost, came) : take_denied(cost, came);
}

std::string BucketRange::in_words() const {
  const auto tokens = [&](std::int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(interval_ns_);
  };
  return fmt::format("{:.2f} to {:.2f} tokens", tokens(told_low_ns_), tokens(told_high_ns_));
}

// The least that has passed between the two calls, and the most.
void BucketRange::grow(std::int64_t from_ns, std::int64_t to_ns) {
  if (last_from_ns_) {
    const auto least = static_cast<double>(std::max<std::int64_t>(from_ns - last_to_ns_, 0));
    const auto most = static_cast<double>(to_ns - *last_from_ns_);
    low_ns_ += static_cast<std::int64_t>(least * (1 - drift)) - rounding_ns;
    high_ns_ += static_cast<std::int64_t>(most * (1 + drift)) + rounding_ns;
  }
  // Who has tokens in hand beside a full bucket may be below zero, going by the least.
  low_ns_ = std::clamp<std::int64_t>(low_ns_, -ahead_max_ns_, full_ns_);
  high_ns_ = std::clamp<std::int64_t>(high_ns_, 0, full_ns_ + ahead_max_ns_);
  told_low_ns_ = low_ns_;
  told_high_ns_ = high_ns_;
  last_from_ns_ = from_ns;
  last_to_ns_ = to_ns;
  longest_call_ns_ = std::max(longest_call_ns_, to_ns - from_ns);
}

std::int64_t BucketRange::full_in_ns(std::int64_t at_ns) const {
  const std::int64_t grown_ns = last_from_ns_ ? at_ns - *last_from_ns_ : 0;
  return full_ns_ - high_ns_ -
         static_cast<std::int64_t>(static_cast<double>(grown_ns) * (1 + drift));
}

std::optional<std::string> BucketRange::take_admitted(std::int64_t cost, const Decision& came) {
  const std::int64_t price_ns = cost * interval_ns_;
  if (price_ns > high_ns_) return "admitted, but should be denied";
  low_ns_ = std::max<std::int64_t>(low_ns_ - price_ns, -ahead_max_ns_);
  high_ns_ -= price_ns;
  if (!fits(came.remaining)) return "remaining is wrong";
  return std::nullopt;
}

std::optional<std::string> BucketRange::take_denied(std::int64_t cost, const Decision& came) {
  const std::int64_t price_ns = cost * interval_ns_;
  if (price_ns <= low_ns_) return "denied, but should be admitted";
  // What was heard in an earlier call was true when it was sent.
  const std::int64_t stale_ns = ahead_max_ns_ > 0 ? longest_call_ns_ : 0;
  high_ns_ = std::min(high_ns_, price_ns + stale_ns);
  if (!fits(came.remaining)) return "remaining is wrong";
  if (!came.retry_after_ns) return "has no retry_after, though waiting would help";
  const std::int64_t claimed_ns = price_ns - *came.retry_after_ns;
  const std::int64_t slack_ns = retry_slack_ns + stale_ns;
  if (claimed_ns > high_ns_ + rounding_ns) return "retry_after is too short";
  if (claimed_ns + slack_ns < low_ns_ - rounding_ns) return "retry_after is too long";
  narrow(claimed_ns, claimed_ns + slack_ns);
  return std::nullopt;
}

bool BucketRange::fits(std::int64_t remaining) {
  const std::int64_t told_ns = remaining * interval_ns_;
  if (ahead_max_ns_ > 0) return remaining >= 0 && told_ns <= high_ns_ + rounding_ns;
  return narrow(told_ns, told_ns + interval_ns_);
}

bool BucketRange::narrow(std::int64_t low_ns, std::int64_t high_ns) {
  const std::int64_t low = std::max(low_ns_, low_ns - rounding_ns);
  const std::int64_t high = std::min(high_ns_, high_ns + rounding_ns);
  if (low > high) return false;
  low_ns_ = std::max<std::int64_t>(low, -ahead_max_ns_);
  high_ns_ = high;
  return true;
}

}  // namespace assay::graders::rate_limiter
