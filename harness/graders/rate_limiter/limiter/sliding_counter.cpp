// Two counts for each key; the estimate is compared multiplied by the window, so nothing is divided
// but for an answer's whole numbers.
#include <algorithm>
#include <map>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {
namespace {

Wide rounded_up(Wide dividend, Wide divisor) { return (dividend + divisor - 1) / divisor; }

class SlidingCounter final : public Algorithm {
 public:
  SlidingCounter(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

  Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) override {
    Counts& counts = counts_.try_emplace(key, Counts{moment.window, 0, 0}).first->second;
    const Moment now = seen(moment);
    counts = moved_to(counts, now.window);

    const Wide room = room_times_window(counts, now);
    const std::int64_t left = whole_room(room);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > 0 && Wide{cost} * window() > room) {
      const std::int64_t wait = wait_ns(counts, policy_.limit - cost, now);
      if (mistake_ == Mistake::denied_call_counts) counts.current += cost;
      return {false, left, wait};
    }
    counts.current += cost;
    return {true, left - cost, std::nullopt};
  }

  double room(const std::string& key, const Moment& moment) const override {
    const auto found = counts_.find(key);
    if (found == counts_.end()) return static_cast<double>(policy_.limit);
    const Moment now = seen(moment);
    return static_cast<double>(room_times_window(moved_to(found->second, now.window), now)) /
           static_cast<double>(window());
  }

  std::optional<std::int64_t> next_bend_ns(const std::string& key,
                                           const Moment& moment) const override {
    const auto found = counts_.find(key);
    if (found == counts_.end()) return std::nullopt;
    const Moment now = seen(moment);
    const Counts counts = moved_to(found->second, now.window);
    if (counts.current == 0 && counts.previous == 0) return std::nullopt;
    return window() - now.elapsed_ns;
  }

 private:
  struct Counts {
    std::int64_t window = 0;
    Wide current = 0;
    Wide previous = 0;
  };

  std::int64_t window() const { return policy_.period_ns; }

  Moment seen(const Moment& moment) const {
    if (mistake_ != Mistake::window_a_nanosecond_longer || moment.time_ns == 0) return moment;
    Moment earlier = moment;
    earlier.elapsed_ns = (moment.elapsed_ns + window() - 1) % window();
    if (moment.elapsed_ns == 0) --earlier.window;
    return earlier;
  }

  Counts moved_to(const Counts& counts, std::int64_t now) const {
    if (now == counts.window) return counts;
    const bool next = now == counts.window + 1 || mistake_ == Mistake::previous_outlives_a_gap;
    return {now, 0, next ? counts.current : 0};
  }

  // What is carried over to another part of a window may be more than the limit there.
  std::int64_t whole_room(Wide room) const {
    if (room >= 0) return static_cast<std::int64_t>(room / window());
    const bool counts_too_much = mistake_ == Mistake::denied_call_counts;
    return counts_too_much ? -static_cast<std::int64_t>(rounded_up(-room, window())) : 0;
  }

  Wide room_times_window(const Counts& counts, const Moment& now) const {
    const bool in_full = mistake_ == Mistake::previous_counts_in_full;
    Wide share = counts.previous * (in_full ? window() : window() - now.elapsed_ns);
    if (mistake_ == Mistake::share_rounded_down) share = share / window() * window();
    return (Wide{policy_.limit} - counts.current) * window() - share;
  }

  // The first time in a window, from its start, at which at most `most` of the count of the window
  // before it is still seen. At its end nothing is.
  std::int64_t share_fits_at_ns(Wide most, Wide count) const {
    const Wide gone = rounded_up((count - most) * window(), count);
    return static_cast<std::int64_t>(std::max<Wide>(gone, 0));
  }

  std::int64_t wait_ns(const Counts& counts, Wide most, const Moment& now) const {
    const std::int64_t to_next_ns = window() - now.elapsed_ns;
    if (mistake_ == Mistake::retry_after_is_next_window) return to_next_ns;
    if (counts.current <= most && counts.previous > 0) {
      return share_fits_at_ns(most - counts.current, counts.previous) - now.elapsed_ns;
    }
    return to_next_ns + share_fits_at_ns(most, counts.current);
  }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Counts> counts_;
};

}  // namespace

std::unique_ptr<Algorithm> make_sliding_counter(Policy policy, Mistake mistake) {
  return std::make_unique<SlidingCounter>(policy, mistake);
}

}  // namespace assay::graders::rate_limiter
