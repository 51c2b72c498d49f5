// Keys are spread over shards, and each shard has a time of its own: a step of the clock is seen by
// the keys of a shard together. Windows stay those of the clock, in which the number of windows
// that have passed is counted like time.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>

#include "algorithms.hpp"

namespace rate_limiter {
namespace {

using kit::nanoseconds;

constexpr std::size_t shards = 2;

struct Time {
  nanoseconds now;      // the sum of the forward steps
  std::int64_t window;  // the same, in windows of the clock
  nanoseconds elapsed;  // in the window that the clock shows
};

template <class State>
class Shards {
 public:
  Shards(const kit::Clock& clock, nanoseconds window) : clock_(clock), window_(window) {}

  struct Found {
    State& state;
    Time time;
  };

  Found operator[](std::string_view key) {
    Shard& shard = shards_[std::hash<std::string_view>{}(key) % shards];
    const nanoseconds shown = clock_.now();
    shard.now += std::max(shown - shard.shown, nanoseconds{0});
    shard.window += std::max<std::int64_t>(shown / window_ - shard.shown / window_, 0);
    shard.shown = shown;
    return {shard.states[std::string(key)], {shard.now, shard.window, shown % window_}};
  }

 private:
  struct Shard {
    nanoseconds shown{0};
    nanoseconds now{0};
    std::int64_t window = 0;
    std::map<std::string, State> states;
  };

  const kit::Clock& clock_;
  nanoseconds window_;
  std::array<Shard, shards> shards_;
};

class Bucket final : public Limiter {
 public:
  Bucket(Gcra policy, const kit::Clock& clock) : policy_(policy), full_at_(clock, kit::max_time) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const auto [full_at, time] = full_at_[key];
    const nanoseconds most = policy_.capacity * policy_.emission_interval;
    const nanoseconds free = most - std::max(full_at - time.now, nanoseconds{0});
    const std::int64_t left = free / policy_.emission_interval;
    if (cost > policy_.capacity) return {false, left, std::nullopt};
    const nanoseconds price = cost * policy_.emission_interval;
    if (price > free) return {false, left, price - free};
    full_at = std::max(full_at, time.now) + price;
    return {true, (free - price) / policy_.emission_interval, std::nullopt};
  }

 private:
  const Gcra policy_;
  Shards<nanoseconds> full_at_;
};

struct Counts {
  std::int64_t window = 0;
  std::int64_t current = 0;
  std::int64_t previous = 0;

  void move_to(std::int64_t now) {
    if (now > window) previous = now == window + 1 ? current : 0, current = 0;
    window = now;
  }
};

class Window final : public Limiter {
 public:
  Window(FixedWindow policy, const kit::Clock& clock)
      : policy_(policy), counts_(clock, policy.window) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const auto [counts, time] = counts_[key];
    counts.move_to(time.window);
    const std::int64_t left = policy_.limit - counts.current;
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, policy_.window - time.elapsed};
    counts.current += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  const FixedWindow policy_;
  Shards<Counts> counts_;
};

class Log final : public Limiter {
 public:
  Log(SlidingLog policy, const kit::Clock& clock) : policy_(policy), logs_(clock, policy.window) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const auto [log, time] = logs_[key];
    log.erase(log.begin(), log.upper_bound(time.now));
    std::int64_t left = policy_.limit;
    for (const auto& [until, spent] : log) left -= spent;
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost <= left) {
      if (cost > 0) log[time.now + policy_.window] += cost;
      return {true, left - cost, std::nullopt};
    }
    auto free = left;
    auto entry = log.begin();
    while ((free += entry->second) < cost) ++entry;
    return {false, left, entry->first - time.now};
  }

 private:
  const SlidingLog policy_;
  Shards<std::map<nanoseconds, std::int64_t>> logs_;  // costs, by when they no longer count
};

class Counter final : public Limiter {
 public:
  Counter(SlidingCounter policy, const kit::Clock& clock)
      : policy_(policy), counts_(clock, policy.window) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const auto [counts, time] = counts_[key];
    counts.move_to(time.window);
    const nanoseconds free = (policy_.limit - counts.current) * policy_.window -
                             counts.previous * (policy_.window - time.elapsed);
    const std::int64_t left = std::max(free, nanoseconds{0}) / policy_.window;
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, first_elapsed(counts, cost) - time.elapsed};
    counts.current += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  nanoseconds first_elapsed(const Counts& counts, std::int64_t cost) const {
    const std::int64_t most = policy_.limit - cost;
    if (counts.current > most) {
      return 2 * policy_.window - most * policy_.window / counts.current;
    }
    return policy_.window - (most - counts.current) * policy_.window / counts.previous;
  }

  const SlidingCounter policy_;
  Shards<Counts> counts_;
};

}  // namespace

std::unique_ptr<Limiter> make_token_bucket(Policy policy, const kit::Clock& clock) {
  return make_limiter(Gcra{policy.capacity, policy.emission_interval}, clock);
}

std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock) {
  return std::make_unique<Bucket>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(FixedWindow policy, const kit::Clock& clock) {
  return std::make_unique<Window>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingLog policy, const kit::Clock& clock) {
  return std::make_unique<Log>(policy, clock);
}

std::unique_ptr<Limiter> make_limiter(SlidingCounter policy, const kit::Clock& clock) {
  return std::make_unique<Counter>(policy, clock);
}

}  // namespace rate_limiter
