// Wrong: a bucket is two atomics, its tokens' worth and the time when that was true. Each is
// written whole; together they are not.
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
      if (const auto found = buckets_.find(key); found != buckets_.end()) {
        return ask(found->second, cost);
      }
    }
    const std::unique_lock lock(mutex_);
    if (const auto found = buckets_.find(key); found != buckets_.end()) {
      return ask(found->second, cost);
    }
    // Room first: a bucket that is full now is full when the clock is read again.
    const bool room = has_room();
    Bucket bucket{capacity_ * interval_};
    const Decision decision = ask(bucket, cost);
    if (bucket.credit == capacity_ * interval_) return decision;
    if (room) {
      Bucket& kept = buckets_[key];
      kept.credit = bucket.credit.load();
      kept.updated_at = bucket.updated_at.load();
      return decision;
    }
    ++without_room_;
    return room_.when_full == WhenFull::admit ? decision : Decision{false, 0};
  }

  std::int64_t without_room() const override { return without_room_; }

 private:
  struct Bucket {
    std::atomic<std::int64_t> credit;
    std::atomic<std::int64_t> updated_at{0};
  };

  Decision ask(Bucket& bucket, std::int64_t cost) const {
    for (;;) {
      const std::int64_t now = clock_.now().count();
      std::int64_t seen = bucket.credit;
      const std::int64_t credit = credit_at(now, seen, bucket.updated_at);
      if (cost == 0) return {true, credit / interval_};
      if (cost > capacity_) return {false, credit / interval_};
      const std::int64_t price = cost * interval_;
      if (price > credit) return {false, credit / interval_, kit::nanoseconds(price - credit)};
      if (bucket.credit.compare_exchange_weak(seen, credit - price)) {
        bucket.updated_at = now;
        return {true, (credit - price) / interval_};
      }
    }
  }

  std::int64_t credit_at(std::int64_t now, std::int64_t credit, std::int64_t updated_at) const {
    return std::min(capacity_ * interval_, credit + std::max<std::int64_t>(now - updated_at, 0));
  }

  bool has_room() {
    if (static_cast<std::int64_t>(buckets_.size()) < room_.keys_max) return true;
    const std::int64_t now = clock_.now().count();
    for (auto at = buckets_.begin(); at != buckets_.end(); ++at) {
      if (credit_at(now, at->second.credit, at->second.updated_at) < capacity_ * interval_)
        continue;
      buckets_.erase(at);
      return true;
    }
    return false;
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const Room room_;
  const kit::Clock& clock_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::atomic<std::int64_t> without_room_{0};
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Shared>(policy, room, clock);
}

}  // namespace rate_limiter
