// Counts tokens as a double, refilled by elapsed seconds times rate.
#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

#include "api.hpp"

namespace rate_limiter {
namespace {

class FloatingBucket final : public Limiter {
 public:
  FloatingBucket(Policy policy, const kit::Clock& clock)
      : capacity_(static_cast<double>(policy.capacity)),
        seconds_per_token_(std::chrono::duration<double>(policy.emission_interval).count()),
        clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const double now = std::chrono::duration<double>(clock_.now()).count();
    auto& bucket = buckets_.try_emplace(std::string(key), Bucket{capacity_, now}).first->second;
    bucket.tokens = std::min(capacity_, bucket.tokens + (now - bucket.at) / seconds_per_token_);
    bucket.at = now;
    const auto price = static_cast<double>(cost);
    const auto remaining = [&] { return static_cast<std::int64_t>(bucket.tokens); };
    if (price > capacity_) return {false, remaining(), std::nullopt};
    if (price > bucket.tokens) {
      const double wait = (price - bucket.tokens) * seconds_per_token_;
      return {false, remaining(), kit::nanoseconds{std::llround(std::ceil(wait * 1e9))}};
    }
    bucket.tokens -= price;
    return {true, remaining(), std::nullopt};
  }

 private:
  struct Bucket {
    double tokens;
    double at;
  };

  const double capacity_;
  const double seconds_per_token_;
  const kit::Clock& clock_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<FloatingBucket>(policy, clock);
}

}  // namespace rate_limiter
