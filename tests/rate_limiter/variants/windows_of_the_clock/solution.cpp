// Windows stay those of the clock: after a step back the counts are carried over to the window that
// it shows. Buckets and log keep ages instead of times, so that a step back can't make them wrong:
// at each call, everything of that key has become older by what the clock has gone forward.
#include <algorithm>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "algorithms.hpp"

namespace rate_limiter {
namespace {

using kit::nanoseconds;

template <class State>
class Ages {
 public:
  explicit Ages(const kit::Clock& clock) : clock_(clock) {}

  struct Aged {
    State& state;
    nanoseconds by;  // how much older it is than at the call before
  };

  Aged operator[](std::string_view key) {
    const nanoseconds now = clock_.now();
    auto& [state, shown] = states_.try_emplace(std::string(key), State{}, now).first->second;
    const nanoseconds by = std::max(now - std::exchange(shown, now), nanoseconds{0});
    return {state, by};
  }

 private:
  const kit::Clock& clock_;
  std::map<std::string, std::pair<State, nanoseconds>> states_;
};

class DebtBucket final : public Limiter {
 public:
  DebtBucket(Policy policy, const kit::Clock& clock) : policy_(policy), debts_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    auto [debt, by] = debts_[key];
    debt = std::max(debt - by, nanoseconds{0});
    const nanoseconds most = policy_.capacity * policy_.emission_interval;
    const auto left = [&, &owed = debt] { return (most - owed) / policy_.emission_interval; };
    if (cost > policy_.capacity) return {false, left(), std::nullopt};
    const nanoseconds price = cost * policy_.emission_interval;
    if (price > most - debt) return {false, left(), price - (most - debt)};
    debt += price;
    return {true, left(), std::nullopt};
  }

 private:
  const Policy policy_;
  Ages<nanoseconds> debts_;
};

struct Counts {
  std::int64_t window = -1;
  std::int64_t current = 0;
  std::int64_t previous = 0;
};

class ClockWindows {
 public:
  ClockWindows(nanoseconds window, const kit::Clock& clock) : window_(window), clock_(clock) {}

  Counts& at_now(std::string_view key) {
    const std::int64_t shown = clock_.now() / window_;
    Counts& counts = counts_[std::string(key)];
    if (shown > counts.window) {
      counts.previous = shown == counts.window + 1 ? counts.current : 0;
      counts.current = 0;
    }
    counts.window = shown;  // carried over, if that is an earlier one
    return counts;
  }

  nanoseconds elapsed() const { return clock_.now() % window_; }

 private:
  nanoseconds window_;
  const kit::Clock& clock_;
  std::map<std::string, Counts> counts_;
};

class FixedWindowLimiter final : public Limiter {
 public:
  FixedWindowLimiter(FixedWindow policy, const kit::Clock& clock)
      : policy_(policy), windows_(policy.window, clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    std::int64_t& admitted = windows_.at_now(key).current;
    if (cost > policy_.limit) return {false, policy_.limit - admitted, std::nullopt};
    if (cost > policy_.limit - admitted) {
      return {false, policy_.limit - admitted, policy_.window - windows_.elapsed()};
    }
    admitted += cost;
    return {true, policy_.limit - admitted, std::nullopt};
  }

 private:
  const FixedWindow policy_;
  ClockWindows windows_;
};

class SlidingLogLimiter final : public Limiter {
 public:
  SlidingLogLimiter(SlidingLog policy, const kit::Clock& clock) : policy_(policy), logs_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    auto [log, by] = logs_[key];
    std::int64_t left = policy_.limit;
    for (auto& [age, spent] : log) age += by, left -= age < policy_.window ? spent : 0;
    log.remove_if([&](const Entry& entry) { return entry.age >= policy_.window; });
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost <= left) {
      if (cost > 0) log.push_back({nanoseconds{0}, cost});
      return {true, left - cost, std::nullopt};
    }
    std::int64_t free = left;
    for (const auto& [age, spent] : log) {
      free += spent;
      if (free >= cost) return {false, left, policy_.window - age};
    }
    return {false, left, std::nullopt};
  }

 private:
  struct Entry {
    nanoseconds age;
    std::int64_t cost;
  };

  const SlidingLog policy_;
  Ages<std::list<Entry>> logs_;
};

class SlidingCounterLimiter final : public Limiter {
 public:
  SlidingCounterLimiter(SlidingCounter policy, const kit::Clock& clock)
      : policy_(policy), windows_(policy.window, clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    Counts& counts = windows_.at_now(key);
    const nanoseconds elapsed = windows_.elapsed();
    const std::int64_t room = room_at(counts, elapsed);
    const std::int64_t left = std::max<std::int64_t>(room, 0);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, wait_for(cost, counts) - elapsed};
    counts.current += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  std::int64_t room_at(const Counts& counts, nanoseconds elapsed) const {
    const nanoseconds gone = counts.previous * elapsed;
    return policy_.limit - counts.current - counts.previous + gone / policy_.window;
  }

  // From the start of this window.
  nanoseconds wait_for(std::int64_t cost, const Counts& counts) const {
    const std::int64_t too_much = counts.current + cost - policy_.limit;
    if (too_much <= 0) return gone_after(counts.previous + too_much, counts.previous);
    return policy_.window + gone_after(too_much, counts.current);
  }

  nanoseconds gone_after(std::int64_t part, std::int64_t count) const {
    return (part * policy_.window + nanoseconds{count - 1}) / count;
  }

  const SlidingCounter policy_;
  ClockWindows windows_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return std::make_unique<DebtBucket>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock) {
  return make_token_bucket({policy.capacity, policy.emission_interval}, clock);
}

std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock) {
  return std::make_unique<FixedWindowLimiter>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock) {
  return std::make_unique<SlidingLogLimiter>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock) {
  return std::make_unique<SlidingCounterLimiter>(policy, clock);
}

}  // namespace rate_limiter
