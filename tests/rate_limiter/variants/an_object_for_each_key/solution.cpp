// A small limiter for each key, with a time of its own: a step of the clock is seen by each key at
// its own next call. The log is one array in a row, with a running total in each entry.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "algorithms.hpp"

namespace rate_limiter {
namespace {

using kit::nanoseconds;

class OfOneKey {
 public:
  virtual ~OfOneKey() = default;
  virtual Decision acquire(nanoseconds now, std::int64_t cost) = 0;
};

// As GCRA: the time at which the bucket is full again.
class BucketOfOneKey final : public OfOneKey {
 public:
  BucketOfOneKey(std::int64_t capacity, nanoseconds interval)
      : capacity_(capacity), interval_(interval) {}

  Decision acquire(nanoseconds now, std::int64_t cost) override {
    full_at_ = std::max(full_at_, now);
    const nanoseconds free = capacity_ * interval_ - (full_at_ - now);
    if (cost > capacity_) return {false, free / interval_, std::nullopt};
    const nanoseconds price = cost * interval_;
    if (price > free) return {false, free / interval_, price - free};
    full_at_ += price;
    return {true, (free - price) / interval_, std::nullopt};
  }

 private:
  std::int64_t capacity_;
  nanoseconds interval_;
  nanoseconds full_at_{0};
};

class WindowOfOneKey final : public OfOneKey {
 public:
  explicit WindowOfOneKey(FixedWindow policy) : policy_(policy) {}

  Decision acquire(nanoseconds now, std::int64_t cost) override {
    if (now >= ends_at_) {
      left_ = policy_.limit;
      ends_at_ = now - now % policy_.window + policy_.window;
    }
    if (cost > policy_.limit) return {false, left_, std::nullopt};
    if (cost > left_) return {false, left_, ends_at_ - now};
    left_ -= cost;
    return {true, left_, std::nullopt};
  }

 private:
  FixedWindow policy_;
  std::int64_t left_ = 0;
  nanoseconds ends_at_{0};
};

class LogOfOneKey final : public OfOneKey {
 public:
  explicit LogOfOneKey(SlidingLog policy) : policy_(policy) {}

  Decision acquire(nanoseconds now, std::int64_t cost) override {
    while (oldest_ < log_.size() && log_[oldest_].at + policy_.window <= now) {
      forgotten_ = log_[oldest_++].total;
    }
    compact();
    const std::int64_t total = log_.empty() ? forgotten_ : log_.back().total;
    const std::int64_t left = policy_.limit - (total - forgotten_);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) {
      const auto enough = std::lower_bound(
          log_.begin() + static_cast<std::ptrdiff_t>(oldest_), log_.end(),
          forgotten_ + (cost - left),
          [](const Entry& entry, std::int64_t wanted) { return entry.total < wanted; });
      return {false, left, enough->at + policy_.window - now};
    }
    if (cost > 0) log_.push_back({now, total + cost});
    return {true, left - cost, std::nullopt};
  }

 private:
  struct Entry {
    nanoseconds at;
    std::int64_t total;  // of all costs since the log was last empty
  };

  void compact() {
    if (oldest_ == log_.size()) forgotten_ = 0;
    if (2 * oldest_ < log_.size()) return;
    log_.erase(log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
    for (Entry& entry : log_) entry.total -= forgotten_;
    forgotten_ = 0;
  }

  SlidingLog policy_;
  std::vector<Entry> log_;
  std::size_t oldest_ = 0;
  std::int64_t forgotten_ = 0;
};

class CounterOfOneKey final : public OfOneKey {
 public:
  explicit CounterOfOneKey(SlidingCounter policy) : policy_(policy) {}

  Decision acquire(nanoseconds now, std::int64_t cost) override {
    for (int moved = 0; now >= starts_at_ + policy_.window && moved < 2; ++moved) {
      previous_ = std::exchange(current_, 0);
      starts_at_ += policy_.window;
    }
    if (now >= starts_at_ + policy_.window) starts_at_ = now - now % policy_.window;

    const std::int64_t left = left_at(now);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, first_time_for(cost) - now};
    current_ += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  std::int64_t left_at(nanoseconds now) const {
    const nanoseconds window = policy_.window;
    const nanoseconds unseen = previous_ * (now - starts_at_);
    return policy_.limit - current_ - previous_ + unseen / window;
  }

  nanoseconds first_time_for(std::int64_t cost) const {
    const std::int64_t room = policy_.limit - cost - current_;
    if (room >= 0) return starts_at_ + unseen_after(previous_ - room, previous_);
    return starts_at_ + policy_.window + unseen_after(current_ + cost - policy_.limit, current_);
  }

  // When `part` of `count` has gone out of sight.
  nanoseconds unseen_after(std::int64_t part, std::int64_t count) const {
    const nanoseconds product = part * policy_.window;
    return nanoseconds{product / nanoseconds{count}} +
           nanoseconds{product % nanoseconds{count} > nanoseconds{0} ? 1 : 0};
  }

  SlidingCounter policy_;
  nanoseconds starts_at_{0};
  std::int64_t current_ = 0;
  std::int64_t previous_ = 0;
};

template <class Made>
class AnObjectForEachKey final : public Limiter {
 public:
  AnObjectForEachKey(Made one, const kit::Clock& clock) : one_(std::move(one)), clock_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds shown = clock_.now();
    Key& state = keys_.try_emplace(std::string(key), Key{shown, shown, one_}).first->second;
    state.passed += std::max(shown - state.shown, nanoseconds{0});
    state.shown = shown;
    return state.limiter.acquire(state.passed, cost);
  }

 private:
  struct Key {
    nanoseconds shown;
    nanoseconds passed;
    Made limiter;
  };

  const Made one_;
  const kit::Clock& clock_;
  std::map<std::string, Key> keys_;
};

template <class Made>
std::unique_ptr<Limiter> for_each_key(Made one, const kit::Clock& clock) {
  return std::make_unique<AnObjectForEachKey<Made>>(std::move(one), clock);
}

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return for_each_key(BucketOfOneKey(policy.capacity, policy.emission_interval), clock);
}

std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock) {
  return for_each_key(BucketOfOneKey(policy.capacity, policy.emission_interval), clock);
}

std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock) {
  return for_each_key(WindowOfOneKey(policy), clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock) {
  return for_each_key(LogOfOneKey(policy), clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock) {
  return for_each_key(CounterOfOneKey(policy), clock);
}

}  // namespace rate_limiter
