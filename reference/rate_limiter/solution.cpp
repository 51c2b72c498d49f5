// A token bucket in whole nanoseconds. DESIGN.md, beside this file, says why it is built so.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "api.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

using kit::nanoseconds;

// Tokens are kept as the time that it takes to grow them: a token is worth one emission interval.
// In that unit a bucket gains a nanosecond of credit every nanosecond, so nothing is ever rounded.
class TokenBucket final : public Limiter {
 public:
  TokenBucket(Policy policy, const kit::Clock& clock)
      : policy_(policy), full_(policy.capacity * policy.emission_interval), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds now = clock_.now();
    Bucket& bucket = buckets_.try_emplace(std::string(key), Bucket{full_, now}).first->second;
    refill(bucket, now);

    if (cost > policy_.capacity) return {false, tokens_in(bucket), std::nullopt};

    const nanoseconds price = cost * policy_.emission_interval;
    if (price > bucket.credit) return {false, tokens_in(bucket), price - bucket.credit};

    bucket.credit -= price;
    return {true, tokens_in(bucket), std::nullopt};
  }

 private:
  struct Bucket {
    nanoseconds credit;
    nanoseconds updated_at;
  };

  // The sum can't overflow: both sides are at most kit::max_time. If the clock went back, no time
  // has passed.
  void refill(Bucket& bucket, nanoseconds now) const {
    const nanoseconds elapsed = std::max(now - bucket.updated_at, nanoseconds{0});
    bucket.credit = std::min(full_, bucket.credit + elapsed);
    bucket.updated_at = now;
  }

  std::int64_t tokens_in(const Bucket& bucket) const {
    return bucket.credit / policy_.emission_interval;
  }

  const Policy policy_;
  const nanoseconds full_;
  const kit::Clock& clock_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<TokenBucket>(policy, clock);
}

}  // namespace rate_limiter
