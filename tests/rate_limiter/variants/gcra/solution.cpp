// The generic cell rate algorithm (ITU-T I.371): one number a key, the theoretical arrival time, at
// which the bucket will be full again. It answers as the token bucket does, call by call.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "api.hpp"

namespace rate_limiter {
namespace {

class Gcra final : public Limiter {
 public:
  Gcra(Policy policy, const kit::Clock& clock)
      : policy_(policy), tolerance_(policy.capacity * policy.emission_interval), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const kit::nanoseconds now = clock_.now();
    kit::nanoseconds& full_again_at = full_again_at_[std::string(key)];
    const kit::nanoseconds debt = std::max(full_again_at - now, kit::nanoseconds{0});
    if (cost > policy_.capacity) return {false, tokens_left(debt), std::nullopt};

    const kit::nanoseconds debt_after = debt + cost * policy_.emission_interval;
    if (debt_after > tolerance_) return {false, tokens_left(debt), debt_after - tolerance_};
    full_again_at = now + debt_after;
    return {true, tokens_left(debt_after), std::nullopt};
  }

 private:
  std::int64_t tokens_left(kit::nanoseconds debt) const {
    return (tolerance_ - debt) / policy_.emission_interval;
  }

  const Policy policy_;
  const kit::nanoseconds tolerance_;
  const kit::Clock& clock_;
  std::unordered_map<std::string, kit::nanoseconds> full_again_at_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<Gcra>(policy, clock);
}

}  // namespace rate_limiter
