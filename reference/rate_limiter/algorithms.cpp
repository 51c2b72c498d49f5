// Four algorithms, in whole nanoseconds. DESIGN.md, beside this file, says why they are built so,
// and what each admits in its worst moment.
#include "algorithms.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_map>

namespace rate_limiter {
namespace {

using kit::nanoseconds;

// What a limiter keeps for each key.
template <class State>
using Keys = std::unordered_map<std::string, State>;

// Time that never goes back: the sum of the clock's forward steps. While the clock is right it is
// the clock's own time; after a step back it goes on from where it was.
class ForwardTime {
 public:
  explicit ForwardTime(const kit::Clock& clock)
      : clock_(clock), shown_(clock.now()), now_(shown_) {}

  nanoseconds now() {
    const nanoseconds shown = clock_.now();
    now_ += std::max(shown - shown_, nanoseconds{0});
    shown_ = shown;
    return now_;
  }

 private:
  const kit::Clock& clock_;
  nanoseconds shown_;
  nanoseconds now_;
};

// A bucket by the time at which it will be full again, the theoretical arrival time: an empty
// bucket is full after `tolerance_`, and each token taken puts that off by one emission interval.
class GcraLimiter final : public Limiter {
 public:
  GcraLimiter(Gcra policy, const kit::Clock& clock)
      : policy_(policy), tolerance_(policy.capacity * policy.emission_interval), time_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds now = time_.now();
    nanoseconds& full_again_at = full_again_at_[std::string(key)];
    const nanoseconds debt = std::max(full_again_at - now, nanoseconds{0});
    if (cost > policy_.capacity) return {false, tokens_beside(debt), std::nullopt};

    const nanoseconds new_debt = debt + cost * policy_.emission_interval;
    if (new_debt > tolerance_) return {false, tokens_beside(debt), new_debt - tolerance_};

    full_again_at = now + new_debt;
    return {true, tokens_beside(new_debt), std::nullopt};
  }

 private:
  std::int64_t tokens_beside(nanoseconds debt) const {
    return (tolerance_ - debt) / policy_.emission_interval;
  }

  const Gcra policy_;
  const nanoseconds tolerance_;
  ForwardTime time_;
  Keys<nanoseconds> full_again_at_;
};

class FixedWindowLimiter final : public Limiter {
 public:
  FixedWindowLimiter(FixedWindow policy, const kit::Clock& clock) : policy_(policy), time_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds now = time_.now();
    Count& count = counts_[std::string(key)];
    if (const std::int64_t window = now / policy_.window; window != count.window) {
      count = {window, 0};
    }
    const std::int64_t left = policy_.limit - count.admitted;
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, policy_.window - now % policy_.window};

    count.admitted += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  struct Count {
    std::int64_t window = 0;
    std::int64_t admitted = 0;
  };

  const FixedWindow policy_;
  ForwardTime time_;
  Keys<Count> counts_;
};

// Keeps what counts and nothing else: one entry for each moment, at most `limit` of them.
class SlidingLogLimiter final : public Limiter {
 public:
  SlidingLogLimiter(SlidingLog policy, const kit::Clock& clock) : policy_(policy), time_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds now = time_.now();
    Log& log = logs_[std::string(key)];
    forget_old(log, now);
    const std::int64_t left = policy_.limit - log.cost;
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, wait_for(cost - left, log, now)};

    if (cost > 0) append(log, now, cost);
    return {true, left - cost, std::nullopt};
  }

 private:
  struct Entry {
    nanoseconds at;
    std::int64_t cost;
  };
  struct Log {
    std::deque<Entry> entries;
    std::int64_t cost = 0;  // of all entries
  };

  void forget_old(Log& log, nanoseconds now) const {
    while (!log.entries.empty() && log.entries.front().at + policy_.window <= now) {
      log.cost -= log.entries.front().cost;
      log.entries.pop_front();
    }
  }

  static void append(Log& log, nanoseconds now, std::int64_t cost) {
    const bool again = !log.entries.empty() && log.entries.back().at == now;
    if (!again) log.entries.push_back({now, 0});
    log.entries.back().cost += cost;
    log.cost += cost;
  }

  // The oldest entries go first: the wait is for the one with which enough is gone.
  nanoseconds wait_for(std::int64_t missing, const Log& log, nanoseconds now) const {
    auto entry = log.entries.begin();
    for (missing -= entry->cost; missing > 0; missing -= entry->cost) ++entry;
    return entry->at + policy_.window - now;
  }

  const SlidingLog policy_;
  ForwardTime time_;
  Keys<Log> logs_;
};

class SlidingCounterLimiter final : public Limiter {
 public:
  SlidingCounterLimiter(SlidingCounter policy, const kit::Clock& clock)
      : policy_(policy), time_(clock) {}

  Decision acquire(std::string_view key, std::int64_t cost) override {
    const nanoseconds now = time_.now();
    Counts& counts = counts_[std::string(key)];
    move_to(counts, now / policy_.window);
    const nanoseconds to_go = policy_.window - now % policy_.window;

    const std::int64_t left = policy_.limit - counts.current - share(counts.previous, to_go);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) return {false, left, wait_for(policy_.limit - cost, counts, to_go)};

    counts.current += cost;
    return {true, left - cost, std::nullopt};
  }

 private:
  struct Counts {
    std::int64_t window = 0;
    std::int64_t current = 0;
    std::int64_t previous = 0;
  };

  static void move_to(Counts& counts, std::int64_t window) {
    if (window == counts.window) return;
    const bool next = window == counts.window + 1;
    counts = {window, 0, next ? counts.current : 0};
  }

  // The part of a count that is still seen with `to_go` left of the window. It is rounded up, since
  // costs are whole: what the fraction leaves of a token can't be spent. Every product here is at
  // most limit * window, and so fits.
  std::int64_t share(std::int64_t count, nanoseconds to_go) const {
    return (count * to_go.count() + policy_.window.count() - 1) / policy_.window.count();
  }

  // Until no more than `room` of `count` is seen, from the start of the window that follows it.
  nanoseconds until_share_fits(std::int64_t room, std::int64_t count) const {
    return policy_.window - room * policy_.window / count;
  }

  // Until the estimate is at most `most`.
  nanoseconds wait_for(std::int64_t most, const Counts& counts, nanoseconds to_go) const {
    if (counts.current <= most) {
      const nanoseconds elapsed = policy_.window - to_go;
      return until_share_fits(most - counts.current, counts.previous) - elapsed;
    }
    return to_go + until_share_fits(most, counts.current);
  }

  const SlidingCounter policy_;
  ForwardTime time_;
  Keys<Counts> counts_;
};

}  // namespace

std::unique_ptr<Limiter> make_limiter(Gcra policy, const kit::Clock& clock) {
  return std::make_unique<GcraLimiter>(policy, clock);
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
