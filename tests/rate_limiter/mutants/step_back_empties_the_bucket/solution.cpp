// GCRA that notices a step back only when its arrival time is farther off than it can be. It keeps
// nothing that says how much of that was the clock, and so nobody's tokens survive.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "api.hpp"

namespace rate_limiter {
namespace {

class CutGcra final : public Limiter {
 public:
  CutGcra(Policy policy, const kit::Clock& clock)
      : policy_(policy), tolerance_(policy.capacity * policy.emission_interval), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const kit::nanoseconds now = clock_.now();
    kit::nanoseconds& full_again_at = full_again_at_[std::string(key)];
    const auto debt = std::clamp(full_again_at - now, kit::nanoseconds{0}, tolerance_);
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
  return std::make_unique<CutGcra>(policy, clock);
}

}  // namespace rate_limiter
