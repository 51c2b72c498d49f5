// A count for each window of the clock.
#include <map>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {
namespace {

class FixedWindow final : public Algorithm {
 public:
  FixedWindow(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

  Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) override {
    Count& count = counts_.try_emplace(key, Count{-1, 0, 0}).first->second;
    const Moment now = seen(moment);
    if (is_over(count, now)) count = {now.window, now.time_ns, 0};

    const auto left = static_cast<std::int64_t>(policy_.limit - count.counted);
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) {
      if (mistake_ == Mistake::denied_call_counts) count.counted += cost;
      return {false, left, wait_ns(count, now)};
    }
    count.counted += cost;
    return {true, left - cost, std::nullopt};
  }

  double room(const std::string& key, const Moment& moment) const override {
    const auto found = counts_.find(key);
    const bool empty = found == counts_.end() || is_over(found->second, seen(moment));
    return static_cast<double>(policy_.limit - (empty ? 0 : found->second.counted));
  }

  std::optional<std::int64_t> next_bend_ns(const std::string& key,
                                           const Moment& moment) const override {
    const auto found = counts_.find(key);
    if (found == counts_.end() || is_over(found->second, seen(moment))) return std::nullopt;
    return wait_ns(found->second, seen(moment));
  }

 private:
  struct Count {
    std::int64_t window = 0;
    std::int64_t started_ns = 0;  // the first call in it
    Wide counted = 0;
  };

  Moment seen(const Moment& moment) const {
    if (mistake_ != Mistake::window_a_nanosecond_longer || moment.time_ns == 0) return moment;
    Moment earlier = moment;
    if (moment.elapsed_ns == 0) --earlier.window;
    return earlier;
  }

  bool is_over(const Count& count, const Moment& now) const {
    if (mistake_ != Mistake::window_starts_at_first_call) return now.window != count.window;
    return count.window < 0 || now.time_ns - count.started_ns >= policy_.period_ns;
  }

  std::int64_t wait_ns(const Count& count, const Moment& now) const {
    const bool from_first = mistake_ == Mistake::window_starts_at_first_call;
    return policy_.period_ns - (from_first ? now.time_ns - count.started_ns : now.elapsed_ns);
  }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Count> counts_;
};

}  // namespace

std::unique_ptr<Algorithm> make_fixed_window(Policy policy, Mistake mistake) {
  return std::make_unique<FixedWindow>(policy, mistake);
}

}  // namespace assay::graders::rate_limiter
