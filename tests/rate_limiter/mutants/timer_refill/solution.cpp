// Refills by a ticking thread. It is late under load, costs time when nobody calls, and knows
// nothing of the clock that the limiter was given.
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "api.hpp"

namespace rate_limiter {
namespace {

class TickingBucket final : public Limiter {
 public:
  explicit TickingBucket(Policy policy)
      : policy_(policy), ticker_([this](const std::stop_token& stop) { tick(stop); }) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const std::scoped_lock lock(mutex_);
    std::int64_t& tokens = tokens_.try_emplace(std::string(key), policy_.capacity).first->second;
    if (cost > policy_.capacity) return {false, tokens, std::nullopt};
    if (cost > tokens) return {false, tokens, (cost - tokens) * policy_.emission_interval};
    tokens -= cost;
    return {true, tokens, std::nullopt};
  }

 private:
  void tick(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, policy_.emission_interval, [] { return false; }) &&
           !stop.stop_requested()) {
      for (auto& [key, tokens] : tokens_) tokens = std::min(policy_.capacity, tokens + 1);
    }
  }

  const Policy policy_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, std::int64_t> tokens_;
  std::jthread ticker_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock&) {
  return std::make_unique<TickingBucket>(policy);
}

}  // namespace rate_limiter
