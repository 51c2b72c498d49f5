// Level 3: token buckets for many threads, in a table of fixed size. One atomic word is a bucket. A
// key that is remembered costs a look-up and one compare-and-swap, without a lock; locks are for
// keys that come and go. DESIGN.md, beside this file, has the whole argument.
#include "shared.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "fingerprint.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

// The state of a bucket: the time, in nanoseconds, at which it is full (again).
using FullAt = std::int64_t;

// The number of an entry, from 1: half the size of a pointer. 0 ends a chain.
using Link = std::atomic<std::uint32_t>;

constexpr FullAt always_full = 0;
constexpr FullAt forgotten = -1;
constexpr FullAt never = std::numeric_limits<FullAt>::max();

// A place in the table. Its word only ever grows, from one key to the next as well, but for the
// moment in which the place is `forgotten`: so a word that is still the same has been so all along.
struct alignas(32) Entry {
  std::atomic<FullAt> full_at{forgotten};
  std::atomic<std::uint64_t> high{0};
  std::atomic<std::uint64_t> low{0};
  Link next{0};

  // Acquire, with release in remember(): who sees a new key's bits sees that the old one's word
  // is gone.
  bool belongs_to(const Fingerprint& key) const {
    return high.load(std::memory_order_acquire) == key.high &&
           low.load(std::memory_order_acquire) == key.low;
  }

  Fingerprint key() const {
    return {high.load(std::memory_order_relaxed), low.load(std::memory_order_relaxed)};
  }
};

// Memory for entries. A page of it becomes resident when its first entry is constructed.
class Entries {
 public:
  explicit Entries(std::size_t count)
      : count_(count), first_(std::allocator<Entry>().allocate(count)) {}
  ~Entries() { std::allocator<Entry>().deallocate(first_, count_); }
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  std::size_t size() const { return count_; }
  Entry* at(std::size_t position) const { return first_ + position; }

 private:
  const std::size_t count_;
  Entry* const first_;
};

// Entries are found through chains, which begin in `heads_`. Whoever changes a chain holds the
// mutex of its shard; whoever changes which keys are remembered when every entry is in use holds
// `eviction_` too, and takes it first. Nobody holds two shards.
class BucketTable final : public SharedLimiter {
 public:
  BucketTable(Policy policy, Room room, const kit::Clock& clock)
      : capacity_(policy.capacity),
        interval_(policy.emission_interval.count()),
        when_full_(room.when_full),
        clock_(clock),
        entries_(static_cast<std::size_t>(room.keys_max)),
        heads_(std::bit_ceil(2 * entries_.size())),
        shards_(std::min(heads_.size(), shards_max)),
        none_full_before_((entries_.size() + block_entries - 1) / block_entries) {}

  Decision acquire(std::string_view name, std::int64_t cost) override {
    const Fingerprint key = fingerprint(name);
    if (const auto decision = ask_remembered(key, cost, hops_max)) return *decision;
    return ask_unknown(key, cost);
  }

  std::int64_t without_room() const override {
    return without_room_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t shards_max = 64;
  static constexpr std::size_t block_entries = 256;
  // A reader without a lock may be led astray, from chain to chain, by entries that change hands
  // under it. Chains have half an entry on average, so whoever went so far had better take the
  // lock.
  static constexpr std::size_t hops_max = 32;

  struct alignas(64) Shard {
    std::mutex mutex;
  };

  struct Outcome {
    Decision decision;
    FullAt full_at;
  };

  std::size_t chain_of(const Fingerprint& key) const { return key.low & (heads_.size() - 1); }
  Shard& shard_of(const Fingerprint& key) { return shards_[key.low & (shards_.size() - 1)]; }
  FullAt now() const { return clock_.now().count(); }

  // No sum or product overflows: a bucket is never full later than `now` plus what fills it.
  Outcome decide(FullAt full_at, FullAt now, std::int64_t cost) const {
    const std::int64_t credit = capacity_ * interval_ - std::max<FullAt>(full_at - now, 0);
    if (cost == 0) return {{true, credit / interval_}, full_at};
    if (cost > capacity_) return {{false, credit / interval_}, full_at};
    const std::int64_t price = cost * interval_;
    if (price > credit) {
      return {{false, credit / interval_, kit::nanoseconds(price - credit)}, full_at};
    }
    return {{true, (credit - price) / interval_}, std::max(full_at, now) + price};
  }

  // Without a lock. Nothing, if the key isn't found, or is being forgotten.
  std::optional<Decision> ask_remembered(const Fingerprint& key, std::int64_t cost,
                                         std::size_t hops) {
    std::uint32_t number = heads_[chain_of(key)].load(std::memory_order_acquire);
    for (; number != 0 && hops != 0; --hops) {
      Entry& entry = entry_of(number);
      if (entry.belongs_to(key)) return ask(entry, key, cost);
      number = entry.next.load(std::memory_order_acquire);
    }
    return std::nullopt;
  }

  // The clock is read after the word: so it shows no less than it did to those who wrote the word
  // (they read it before their release, we after our acquire), and a bucket never lacks more than
  // it holds. A word that is the same afterwards belonged to this key all the time. A turn of the
  // loop is lost only to a call that took tokens, so some call always gets through.
  std::optional<Decision> ask(Entry& entry, const Fingerprint& key, std::int64_t cost) {
    for (;;) {
      FullAt word = entry.full_at.load(std::memory_order_acquire);
      if (word == forgotten || !entry.belongs_to(key)) return std::nullopt;
      const Outcome outcome = decide(word, now(), cost);
      if (outcome.full_at == word) {
        if (entry.full_at.load(std::memory_order_acquire) == word) return outcome.decision;
      } else if (entry.full_at.compare_exchange_strong(word, outcome.full_at,
                                                       std::memory_order_acq_rel)) {
        return outcome.decision;
      }
    }
  }

  // Under the shard's lock nobody else can begin to remember the key, so one that isn't found is
  // full, and stays so until we are done.
  Decision ask_unknown(const Fingerprint& key, std::int64_t cost) {
    {
      const std::lock_guard lock(shard_of(key).mutex);
      if (const auto decision = ask_remembered(key, cost, entries_.size())) return *decision;
      const Outcome outcome = decide(always_full, now(), cost);
      if (outcome.full_at == always_full) return outcome.decision;
      if (Entry* const entry = take_unused()) return remember(*entry, key, cost);
    }
    return ask_without_room(key, cost);
  }

  // Every entry is in use: those who need one take turns. Another one may have remembered the key
  // before ours.
  Decision ask_without_room(const Fingerprint& key, std::int64_t cost) {
    const std::lock_guard turn(eviction_);
    wait_for_first_users();
    if (const auto decision = ask_remembered(key, cost, entries_.size())) return *decision;
    if (Entry* const entry = forget_a_full_one()) {
      const std::lock_guard lock(shard_of(key).mutex);
      return remember(*entry, key, cost);
    }
    without_room_.fetch_add(1, std::memory_order_relaxed);
    if (when_full_ == WhenFull::deny) return {false, 0};
    return decide(always_full, now(), cost).decision;
  }

  // Under the shard's lock. The word comes after the key, and the chain after both.
  Decision remember(Entry& entry, const Fingerprint& key, std::int64_t cost) {
    Link& head = heads_[chain_of(key)];
    const Outcome outcome = decide(always_full, now(), cost);
    entry.high.store(key.high, std::memory_order_release);
    entry.low.store(key.low, std::memory_order_release);
    entry.next.store(head.load(std::memory_order_relaxed), std::memory_order_release);
    entry.full_at.store(outcome.full_at, std::memory_order_release);
    head.store(number_of(entry), std::memory_order_release);
    return outcome.decision;
  }

  // Under a shard's lock, so that wait_for_first_users() can wait for what follows.
  Entry* take_unused() {
    if (used_.load(std::memory_order_relaxed) >= entries_.size()) return nullptr;
    const std::size_t position = used_.fetch_add(1, std::memory_order_relaxed);
    return position < entries_.size() ? new (entries_.at(position)) Entry : nullptr;
  }

  // Whoever took one of the last unused entries holds a shard until it can be found.
  void wait_for_first_users() {
    if (all_are_known_) return;
    for (Shard& shard : shards_) const std::lock_guard lock(shard.mutex);
    all_are_known_ = true;
  }

  // Since words only grow, what was found out about a block holds until the time it names; blocks
  // in which nothing can be full are passed by.
  Entry* forget_a_full_one() {
    const FullAt at = now();
    if (at < none_full_at_all_before_) return nullptr;
    FullAt earliest = never;
    for (std::size_t turns = 0; turns < none_full_before_.size(); ++turns) {
      if (none_full_before_[hand_] <= at) {
        if (Entry* const entry = forget_a_full_one_of(hand_, at)) return entry;
      }
      earliest = std::min(earliest, none_full_before_[hand_]);
      hand_ = (hand_ + 1) % none_full_before_.size();
    }
    none_full_at_all_before_ = earliest;
    return nullptr;
  }

  // Only a bucket that is full this moment is claimed, by the same kind of step as charges it: one
  // of the two fails. A failed claim finds a later word, so the inner loop ends.
  Entry* forget_a_full_one_of(std::size_t block, FullAt at) {
    const std::size_t end = std::min((block + 1) * block_entries, entries_.size());
    FullAt earliest = never;
    for (std::size_t position = block * block_entries; position < end; ++position) {
      Entry& entry = *entries_.at(position);
      FullAt word = entry.full_at.load(std::memory_order_acquire);
      while (word <= at) {
        if (entry.full_at.compare_exchange_strong(word, forgotten, std::memory_order_acq_rel)) {
          unlink(entry);
          return &entry;
        }
      }
      earliest = std::min(earliest, word);
    }
    none_full_before_[block] = earliest;
    return nullptr;
  }

  // Readers that stand on the entry still find their way on, until it is used again.
  void unlink(const Entry& entry) {
    const Fingerprint key = entry.key();
    const std::lock_guard lock(shard_of(key).mutex);
    Link* link = &heads_[chain_of(key)];
    const std::uint32_t number = number_of(entry);
    for (std::uint32_t at = link->load(std::memory_order_relaxed); at != number;
         at = link->load(std::memory_order_relaxed)) {
      link = &entry_of(at).next;
    }
    link->store(entry.next.load(std::memory_order_relaxed), std::memory_order_release);
  }

  Entry& entry_of(std::uint32_t number) const { return *entries_.at(number - 1); }
  std::uint32_t number_of(const Entry& entry) const {
    return static_cast<std::uint32_t>(&entry - entries_.at(0) + 1);
  }

  const std::int64_t capacity_;
  const std::int64_t interval_;
  const WhenFull when_full_;
  const kit::Clock& clock_;

  Entries entries_;
  std::vector<Link> heads_;
  std::vector<Shard> shards_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::int64_t> without_room_{0};

  std::mutex eviction_;  // for all that follows
  bool all_are_known_ = false;
  std::size_t hand_ = 0;
  std::vector<FullAt> none_full_before_;
  FullAt none_full_at_all_before_ = 0;
};

}  // namespace

std::unique_ptr<SharedLimiter> make_shared_limiter(Policy policy, Room room,
                                                   const kit::Clock& clock) {
  return std::make_unique<BucketTable>(policy, room, clock);
}

}  // namespace rate_limiter
