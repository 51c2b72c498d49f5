// Wrong: keys_max is divided among the shards, so a key is refused while others have room.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "shared.hpp"

namespace rate_limiter {
namespace {

class Sharded final : public SharedLimiter {
 public:
  Sharded(Policy policy, Room room, const kit::Clock& clock)
      : capacity_(policy.capacity),
        interval_(policy.emission_interval.count()),
        when_full_(room.when_full),
        keys_max_((room.keys_max + shards_max - 1) / shards_max),
        clock_(clock) {}

  Decision acquire(std::string_view name, std::int64_t cost) override {
    const std::string key(name);
    Shard& shard = shards_[std::hash<std::string>{}(key) % shards_.size()];
    {
      const std::lock_guard lock(shard.mutex);
      if (const auto decision = ask(shard, key, cost)) return *decision;
    }
    return ask_without_room(shard, key, cost);
  }

  std::int64_t without_room() const override { return without_room_; }

 private:
  static constexpr std::int64_t shards_max = 16;

  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::int64_t> full_at;
    std::int64_t taken = 0;
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
    } else if (shard.taken < keys_max_) {
      ++shard.taken;
      shard.full_at.emplace(key, full_at + price);
    } else {
      return std::nullopt;
    }
    return Decision{true, (credit - price) / interval_};
  }

  Decision ask_without_room(Shard& shard, const std::string& key, std::int64_t cost) {
    const std::lock_guard lock(shard.mutex);
    forget_a_full_one(shard);
    if (const auto decision = ask(shard, key, cost)) return *decision;
    ++without_room_;
    if (when_full_ == WhenFull::deny) return {false, 0};
    return {true, capacity_ - cost};
  }

  void forget_a_full_one(Shard& shard) {
    const std::int64_t now = clock_.now().count();
    for (auto at = shard.full_at.begin(); at != shard.full_at.end(); ++at) {
      if (at->second > now) continue;
      shard.full_at.erase(at);
      --shard.taken;
      return;
    }
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const WhenFull when_full_;
  const std::int64_t keys_max_;
  const kit::Clock& clock_;
  std::array<Shard, shards_max> shards_;
  std::atomic<std::int64_t> without_room_{0};
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Sharded>(policy, room, clock);
}

}  // namespace rate_limiter
