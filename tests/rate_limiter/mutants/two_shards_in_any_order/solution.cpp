// Wrong: who finds no room keeps the mutex of its shard, and takes those of the others one by one.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "shared.hpp"

namespace rate_limiter {
namespace {

class Sharded final : public SharedLimiter {
 public:
  Sharded(Policy policy, Room room, const kit::Clock& clock)
      : capacity_(policy.capacity),
        interval_(policy.emission_interval.count()),
        room_(room),
        clock_(clock) {}

  Decision acquire(std::string_view name, std::int64_t cost) override {
    const std::string key(name);
    Shard& shard = shards_[std::hash<std::string>{}(key) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    if (const auto decision = ask(shard, key, cost)) return *decision;
    return ask_without_room(shard, key, cost);
  }

  std::int64_t without_room() const override { return without_room_; }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::int64_t> full_at;
  };

  // With the shard's mutex held. Nothing, if the key is new and there is no room left to count.
  std::optional<Decision> ask(Shard& shard, const std::string& key, std::int64_t cost) {
    const std::int64_t now = clock_.now().count();
    const auto found = shard.full_at.find(key);
    const std::int64_t full_at = found == shard.full_at.end() ? now : std::max(now, found->second);
    const std::int64_t credit = capacity_ * interval_ - (full_at - now);
    if (cost == 0) return Decision{true, credit / interval_};
    if (cost > capacity_) return Decision{false, credit / interval_};
    const std::int64_t price = cost * interval_;
    if (price > credit) {
      return Decision{false, credit / interval_, kit::nanoseconds(price - credit)};
    }
    if (found != shard.full_at.end()) {
      found->second = full_at + price;
    } else if (take_room()) {
      shard.full_at.emplace(key, full_at + price);
    } else {
      return std::nullopt;
    }
    return Decision{true, (credit - price) / interval_};
  }

  bool take_room() {
    std::int64_t taken = taken_;
    while (taken < room_.keys_max) {
      if (taken_.compare_exchange_weak(taken, taken + 1)) return true;
    }
    return false;
  }

  Decision ask_without_room(Shard& shard, const std::string& key, std::int64_t cost) {
    std::vector<std::unique_lock<std::mutex>> locks;
    for (Shard& each : shards_) {
      if (&each != &shard) locks.emplace_back(each.mutex);
    }
    forget_a_full_one();
    if (const auto decision = ask(shard, key, cost)) return *decision;
    ++without_room_;
    if (room_.when_full == WhenFull::deny) return {false, 0};
    return {true, capacity_ - cost};
  }

  void forget_a_full_one() {
    const std::int64_t now = clock_.now().count();
    for (Shard& shard : shards_) {
      for (auto at = shard.full_at.begin(); at != shard.full_at.end(); ++at) {
        if (at->second > now) continue;
        shard.full_at.erase(at);
        --taken_;
        return;
      }
    }
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const Room room_;
  const kit::Clock& clock_;
  std::array<Shard, 16> shards_;
  std::atomic<std::int64_t> taken_{0};
  std::atomic<std::int64_t> without_room_{0};
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Sharded>(policy, room, clock);
}

}  // namespace rate_limiter
