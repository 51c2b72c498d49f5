// Wrong: a mutex that readers share, and buckets that are written while it is shared.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "shared.hpp"

namespace rate_limiter {
namespace {

class Shared final : public SharedLimiter {
 public:
  Shared(Policy policy, Room room, const kit::Clock& clock)
      : capacity_(policy.capacity),
        interval_(policy.emission_interval.count()),
        room_(room),
        clock_(clock) {}

  Decision acquire(std::string_view name, std::int64_t cost) override {
    const std::string key(name);
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = full_at_.find(key); found != full_at_.end()) {
        return ask(found->second, cost);
      }
    }
    const std::unique_lock lock(mutex_);
    if (const auto found = full_at_.find(key); found != full_at_.end()) {
      return ask(found->second, cost);
    }
    // Room first: a bucket that is full now is full when the clock is read again.
    const bool room = has_room();
    std::int64_t full_at = 0;
    const Decision decision = ask(full_at, cost);
    if (full_at == 0) return decision;
    if (room) {
      full_at_[key] = full_at;
      return decision;
    }
    ++without_room_;
    return room_.when_full == WhenFull::admit ? decision : Decision{false, 0};
  }

  std::int64_t without_room() const override { return without_room_; }

 private:
  Decision ask(std::int64_t& word, std::int64_t cost) const {
    const std::int64_t now = clock_.now().count();
    const std::int64_t full_at = std::max(now, word);
    const std::int64_t credit = capacity_ * interval_ - (full_at - now);
    if (cost == 0) return {true, credit / interval_};
    if (cost > capacity_) return {false, credit / interval_};
    const std::int64_t price = cost * interval_;
    if (price > credit) return {false, credit / interval_, kit::nanoseconds(price - credit)};
    word = full_at + price;
    return {true, (credit - price) / interval_};
  }

  bool has_room() {
    if (static_cast<std::int64_t>(full_at_.size()) < room_.keys_max) return true;
    const std::int64_t now = clock_.now().count();
    for (auto at = full_at_.begin(); at != full_at_.end(); ++at) {
      if (at->second > now) continue;
      full_at_.erase(at);
      return true;
    }
    return false;
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const Room room_;
  const kit::Clock& clock_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::int64_t> full_at_;
  std::atomic<std::int64_t> without_room_{0};
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Shared>(policy, room, clock);
}

}  // namespace rate_limiter
