// Wasteful: a tree of strings, a node and an allocation of its own for every key.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "shared.hpp"

namespace rate_limiter {
namespace {

using kit::nanoseconds;

class OneMutex final : public SharedLimiter {
 public:
  OneMutex(Policy policy, Room room, const kit::Clock& clock)
      : policy_(policy),
        full_(policy.capacity * policy.emission_interval),
        room_(room),
        clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const std::lock_guard lock(mutex_);
    const nanoseconds now = clock_.now();
    const auto found = buckets_.find(std::string(key));
    const nanoseconds credit = found == buckets_.end() ? full_ : credit_at(now, found->second);
    if (cost == 0) return {true, tokens(credit)};
    if (cost > policy_.capacity) return {false, tokens(credit)};

    const nanoseconds price = cost * policy_.emission_interval;
    if (price > credit) return {false, tokens(credit), price - credit};

    const Decision admitted{true, tokens(credit - price)};
    if (found != buckets_.end()) {
      found->second = {credit - price, now};
    } else if (has_room(now)) {
      buckets_.emplace(key, Bucket{credit - price, now});
    } else {
      ++without_room_;
      return room_.when_full == WhenFull::admit ? admitted : Decision{false, 0};
    }
    return admitted;
  }

  std::int64_t without_room() const override {
    const std::lock_guard lock(mutex_);
    return without_room_;
  }

 private:
  struct Bucket {
    nanoseconds credit;
    nanoseconds updated_at;
  };

  nanoseconds credit_at(nanoseconds now, const Bucket& bucket) const {
    return std::min(full_, bucket.credit + (now - bucket.updated_at));
  }

  std::int64_t tokens(nanoseconds credit) const { return credit / policy_.emission_interval; }

  bool has_room(nanoseconds now) {
    if (static_cast<std::int64_t>(buckets_.size()) < room_.keys_max) return true;
    for (auto at = buckets_.begin(); at != buckets_.end(); ++at) {
      if (credit_at(now, at->second) < full_) continue;
      buckets_.erase(at);
      return true;
    }
    return false;
  }

  const Policy policy_;
  const nanoseconds full_;
  const Room room_;
  const kit::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
  std::int64_t without_room_ = 0;
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<OneMutex>(policy, room, clock);
}

}  // namespace rate_limiter
