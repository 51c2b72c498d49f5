// Wrong: a short cut to the key that was found last outlives the key.
#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

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
    Known* const found = find(std::string(key));
    const nanoseconds credit = found == nullptr ? full_ : credit_at(now, found->second);
    if (cost == 0) return {true, tokens(credit)};
    if (cost > policy_.capacity) return {false, tokens(credit)};

    const nanoseconds price = cost * policy_.emission_interval;
    if (price > credit) return {false, tokens(credit), price - credit};

    const Decision admitted{true, tokens(credit - price)};
    if (found != nullptr) {
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

  using Known = std::pair<const std::string, Bucket>;

  Known* find(const std::string& key) {
    if (last_found_ != nullptr && last_found_->first == key) return last_found_;
    const auto found = buckets_.find(key);
    if (found == buckets_.end()) return nullptr;
    last_found_ = &*found;
    return last_found_;
  }

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
  std::unordered_map<std::string, Bucket> buckets_;
  Known* last_found_ = nullptr;
  std::int64_t without_room_ = 0;
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<OneMutex>(policy, room, clock);
}

}  // namespace rate_limiter
