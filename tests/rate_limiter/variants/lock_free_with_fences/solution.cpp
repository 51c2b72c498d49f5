// Lock-free where a key is remembered, and ordered by fences: every atomic is relaxed. A flat
// table: a key is in the place that its hash names, or in one of those after it. -fsanitize=thread
// doesn't know fences.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <mutex>
#include <optional>
#include <vector>

#include "shared.hpp"

namespace rate_limiter {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// 128 bits that stand for a key.
using Key = std::array<std::uint64_t, 2>;

Key key_of(std::string_view name) {
  Key key{name.size(), ~name.size()};
  for (const char byte : name) {
    const auto value = static_cast<unsigned char>(byte);
    key[0] = std::rotl((key[0] ^ value) * 0x9e3779b97f4a7c15, 29);
    key[1] = std::rotl((key[1] ^ value) * 0xc2b2ae3d27d4eb4f, 31) + key[0];
  }
  return key;
}

class Fenced final : public SharedLimiter {
 public:
  Fenced(Policy policy, Room room, const kit::Clock& clock)
      : capacity_(policy.capacity),
        interval_(policy.emission_interval.count()),
        room_(room),
        clock_(clock),
        places_(static_cast<std::size_t>(room.keys_max + room.keys_max / 2 + 1)) {}

  Decision acquire(std::string_view name, std::int64_t cost) override {
    const Key key = key_of(name);
    if (Place* const place = find(key)) {
      if (const auto decision = ask(*place, key, cost)) return *decision;
    }
    const std::lock_guard lock(mutex_);
    if (Place* const place = find(key)) {
      if (const auto decision = ask(*place, key, cost)) return *decision;
    }
    const std::int64_t now = clock_.now().count();
    const Outcome fresh = decide(0, now, cost);
    if (fresh.full_at == 0) return fresh.decision;
    if (taken_ < room_.keys_max) {
      ++taken_;
    } else if (!forget_a_full_one(now)) {
      without_room_.fetch_add(1, relaxed);
      return room_.when_full == WhenFull::admit ? fresh.decision : Decision{false, 0};
    }
    remember(key, fresh.full_at);
    return fresh.decision;
  }

  std::int64_t without_room() const override { return without_room_.load(relaxed); }

 private:
  // A place is free, taken, or (in a flat table, so that look-ups go on beyond it) vacated.
  static constexpr std::int64_t free_place = -1;
  static constexpr std::int64_t vacated = -2;

  struct Place {
    std::atomic<std::int64_t> full_at{free_place};
    std::array<std::atomic<std::uint64_t>, 2> key{};

    bool holds(const Key& other) const {
      for (std::size_t i = 0; i < other.size(); ++i) {
        if (key[i].load(relaxed) != other[i]) return false;
      }
      return true;
    }
  };

  struct Outcome {
    Decision decision;
    std::int64_t full_at;
  };

  Outcome decide(std::int64_t full_at, std::int64_t now, std::int64_t cost) const {
    const std::int64_t credit = capacity_ * interval_ - std::max<std::int64_t>(full_at - now, 0);
    if (cost == 0) return {{true, credit / interval_}, full_at};
    if (cost > capacity_) return {{false, credit / interval_}, full_at};
    const std::int64_t price = cost * interval_;
    if (price > credit) {
      return {{false, credit / interval_, kit::nanoseconds(price - credit)}, full_at};
    }
    return {{true, (credit - price) / interval_}, std::max(full_at, now) + price};
  }

  Place* find(const Key& key) {
    const std::size_t first = key[0] % places_.size();
    for (std::size_t step = 0; step < places_.size(); ++step) {
      Place& place = places_[(first + step) % places_.size()];
      const std::int64_t word = place.full_at.load(relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (word == free_place) return nullptr;
      if (word != vacated && place.holds(key)) return &place;
    }
    return nullptr;
  }

  // Key of a place only grow, so one that is the same after the key was read came with the key.
  std::optional<Decision> ask(Place& place, const Key& key, std::int64_t cost) {
    for (;;) {
      std::int64_t word = place.full_at.load(relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (word < 0 || !place.holds(key)) return std::nullopt;
      const Outcome outcome = decide(word, clock_.now().count(), cost);
      std::atomic_thread_fence(std::memory_order_acq_rel);
      if (outcome.full_at == word) {
        if (place.full_at.load(relaxed) == word) return outcome.decision;
      } else if (place.full_at.compare_exchange_strong(word, outcome.full_at, relaxed)) {
        return outcome.decision;
      }
    }
  }

  bool forget_a_full_one(std::int64_t now) {
    for (Place& place : places_) {
      std::int64_t word = place.full_at.load(relaxed);
      while (word >= 0 && word <= now) {
        if (place.full_at.compare_exchange_strong(word, vacated, relaxed)) {
          std::atomic_thread_fence(std::memory_order_seq_cst);
          return true;
        }
      }
    }
    return false;
  }

  // There is a place: a third of them are never taken.
  void remember(const Key& key, std::int64_t full_at) {
    std::size_t at = key[0] % places_.size();
    while (places_[at].full_at.load(relaxed) >= 0) at = (at + 1) % places_.size();
    std::atomic_thread_fence(std::memory_order_release);
    for (std::size_t i = 0; i < key.size(); ++i) places_[at].key[i].store(key[i], relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    places_[at].full_at.store(full_at, relaxed);
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const Room room_;
  const kit::Clock& clock_;
  std::vector<Place> places_;
  std::atomic<std::int64_t> without_room_{0};
  std::mutex mutex_;
  std::int64_t taken_ = 0;
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<Fenced>(policy, room, clock);
}

}  // namespace rate_limiter
