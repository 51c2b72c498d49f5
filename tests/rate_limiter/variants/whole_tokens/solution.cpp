// The bucket as it is usually drawn: whole tokens, refilled lazily. The time of the last whole
// token is remembered instead of the time of the last call, and so no fraction is ever lost.
#include <map>
#include <string>

#include "api.hpp"

namespace rate_limiter {
namespace {

class WholeTokens final : public Limiter {
 public:
  WholeTokens(Policy policy, const kit::Clock& clock) : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const kit::nanoseconds now = clock_.now();
    Bucket& bucket =
        buckets_.try_emplace(std::string(key), Bucket{policy_.capacity, now}).first->second;
    refill(bucket, now);
    if (cost > policy_.capacity) return {false, bucket.tokens, std::nullopt};
    if (cost <= bucket.tokens) {
      bucket.tokens -= cost;
      return {true, bucket.tokens, std::nullopt};
    }
    const kit::nanoseconds grown = now - bucket.last_token_at;
    return {false, bucket.tokens, (cost - bucket.tokens) * policy_.emission_interval - grown};
  }

 private:
  struct Bucket {
    std::int64_t tokens;
    kit::nanoseconds last_token_at;
  };

  void refill(Bucket& bucket, kit::nanoseconds now) const {
    const std::int64_t grown = (now - bucket.last_token_at) / policy_.emission_interval;
    if (grown >= policy_.capacity - bucket.tokens) {
      bucket = {policy_.capacity, now};
    } else {
      bucket.tokens += grown;
      bucket.last_token_at += grown * policy_.emission_interval;
    }
  }

  const Policy policy_;
  const kit::Clock& clock_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<WholeTokens>(policy, clock);
}

}  // namespace rate_limiter
