#include "threads/strategy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace assay::host::threads {
namespace {

constexpr std::uint64_t weak_failures_one_in = 64;

// SplitMix64: the same numbers everywhere, unlike the library's distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

  // Below `limit`; the bias is far below what a few thousand seeds can show.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

int pick(Random& random, ThreadSet candidates) {
  std::uint64_t skip = random.below(static_cast<std::uint64_t>(std::popcount(candidates)));
  while (skip-- > 0) candidates &= candidates - 1;
  return std::countr_zero(candidates);
}

// Most points of a body are reads of what nobody writes. So some seeds look at fewer kinds, and
// spend their switches there.
enum class Focus { everything, changes, synchronisation };

Focus draw_focus(Random& random) {
  constexpr std::array drawn{Focus::everything, Focus::changes, Focus::synchronisation,
                             Focus::synchronisation};
  return drawn.at(random.below(drawn.size()));
}

bool in_focus(Focus focus, PointKind kind) {
  if (focus == Focus::everything) return true;
  if (kind == PointKind::atomic || kind == PointKind::lock) return true;
  return focus == Focus::changes && kind == PointKind::write;
}

// Gives way with the same probability everywhere.
class RandomSwitching final : public Strategy {
 public:
  explicit RandomSwitching(Random random) : random_(random) {
    focus_ = draw_focus(random_);
    one_in_ = std::uint64_t{2} << random_.below(5);  // 2, 4, 8, 16, 32
  }

  int first(ThreadSet candidates) override { return pick(random_, candidates); }

  int at_point(Moment moment, PointKind kind, ThreadSet able) override {
    if (!in_focus(focus_, kind) || !random_.one_in(one_in_)) return moment.thread;
    const ThreadSet others = able & ~set_of(moment.thread);
    return others == 0 ? moment.thread : pick(random_, others);
  }

  int follower(Moment /*moment*/, ThreadSet candidates, bool /*gives_way*/) override {
    return pick(random_, candidates);
  }

  bool fails_weakly(Moment /*moment*/) override { return random_.one_in(weak_failures_one_in); }

 private:
  Random random_;
  Focus focus_ = Focus::everything;
  std::uint64_t one_in_ = 2;
};

// Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
// of Finding Bugs (ASPLOS 2010). The able thread of the highest priority runs; at d-1 points, drawn
// from the k that are expected, the running one falls below all others.
class Priorities final : public Strategy {
 public:
  Priorities(Random random, std::uint64_t expected_points) : random_(random) {
    focus_ = draw_focus(random_);
    const std::uint64_t expected = draw_length(expected_points);
    const std::uint64_t depth = 2 + random_.below(3);
    for (std::uint64_t i = 1; i < depth; ++i) changes_.push_back(1 + random_.below(expected));
    std::sort(changes_.begin(), changes_.end());
    for (auto& priority : priorities_) priority = static_cast<std::int64_t>(random_.next() >> 2U);
  }

  int first(ThreadSet candidates) override { return highest(candidates); }

  int at_point(Moment moment, PointKind kind, ThreadSet able) override {
    if (in_focus(focus_, kind)) {
      ++step_;
      while (passed_ < changes_.size() && changes_[passed_] <= step_) {
        ++passed_;
        fall(moment.thread);
      }
    }
    return highest(able);
  }

  int follower(Moment moment, ThreadSet candidates, bool gives_way) override {
    if (gives_way) fall(moment.thread);
    return highest(candidates);
  }

  bool fails_weakly(Moment /*moment*/) override { return random_.one_in(weak_failures_one_in); }

 private:
  // How many points in focus there will be isn't known: a guess, spread over what is likely.
  std::uint64_t draw_length(std::uint64_t expected_points) {
    if (expected_points == 0) return std::uint64_t{8} << random_.below(7);  // 8 ... 512
    if (focus_ == Focus::everything) return expected_points;
    const auto kinds_share = 1 + random_.below(focus_ == Focus::changes ? 3 : 5);
    return std::max<std::uint64_t>(4, expected_points >> kinds_share);
  }

  void fall(int thread) { priorities_.at(static_cast<std::size_t>(thread)) = --lowest_; }

  int highest(ThreadSet candidates) const {
    int best = std::countr_zero(candidates);
    for (ThreadSet rest = candidates; rest != 0; rest &= rest - 1) {
      const int thread = std::countr_zero(rest);
      if (priority(thread) > priority(best)) best = thread;
    }
    return best;
  }

  std::int64_t priority(int thread) const {
    return priorities_.at(static_cast<std::size_t>(thread));
  }

  Random random_;
  Focus focus_ = Focus::everything;
  std::vector<std::uint64_t> changes_;
  std::size_t passed_ = 0;
  std::uint64_t step_ = 0;
  std::array<std::int64_t, threads_max> priorities_{};
  std::int64_t lowest_ = 0;
};

// The choices that a schedule names, and the default everywhere else.
class Named final : public Strategy {
 public:
  explicit Named(std::vector<Choice> choices) : choices_(std::move(choices)) {
    std::stable_sort(choices_.begin(), choices_.end(), before);
  }

  int first(ThreadSet candidates) override {
    const Choice* const choice = find({0, 0});
    if (choice != nullptr && is_in(candidates, choice->to)) return choice->to;
    return std::countr_zero(candidates);
  }

  int at_point(Moment moment, PointKind /*kind*/, ThreadSet able) override {
    const Choice* const choice = find(moment);
    return choice != nullptr && is_in(able, choice->to) ? choice->to : moment.thread;
  }

  int follower(Moment moment, ThreadSet candidates, bool /*gives_way*/) override {
    const Choice* const choice = find(moment);
    if (choice != nullptr && is_in(candidates, choice->to)) return choice->to;
    return next_in_order(moment.thread, candidates);
  }

  bool fails_weakly(Moment moment) override {
    const auto named = std::equal_range(choices_.begin(), choices_.end(),
                                        Choice{moment.thread, moment.point, 0}, before);
    return std::any_of(named.first, named.second,
                       [](const Choice& choice) { return choice.to == choice.thread; });
  }

 private:
  static bool before(const Choice& a, const Choice& b) {
    return a.thread != b.thread ? a.thread < b.thread : a.point < b.point;
  }

  static bool is_in(ThreadSet candidates, int thread) {
    return thread >= 0 && thread < threads_max && (candidates & set_of(thread)) != 0;
  }

  // Where a point has both a switch and a weak failure, the switch.
  const Choice* find(Moment moment) const {
    const auto named = std::equal_range(choices_.begin(), choices_.end(),
                                        Choice{moment.thread, moment.point, 0}, before);
    const Choice* found = nullptr;
    for (auto choice = named.first; choice != named.second; ++choice) {
      if (found == nullptr || found->to == found->thread) found = &*choice;
    }
    return found;
  }

  std::vector<Choice> choices_;
};

}  // namespace

int next_in_order(int thread, ThreadSet candidates) {
  const ThreadSet after = thread + 1 < threads_max ? candidates & ~(set_of(thread + 1) - 1) : 0;
  return std::countr_zero(after != 0 ? after : candidates);
}

std::unique_ptr<Strategy> make_strategy(const Schedule& schedule) {
  if (!schedule.seed) return std::make_unique<Named>(schedule.choices);
  Random random(*schedule.seed);
  if (random.one_in(2)) return std::make_unique<RandomSwitching>(random);
  return std::make_unique<Priorities>(random, schedule.expected_points);
}

}  // namespace assay::host::threads
