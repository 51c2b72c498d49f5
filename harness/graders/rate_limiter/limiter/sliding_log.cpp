// Every admitted call, for as long as it counts.
#include <deque>
#include <map>
#include <numeric>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {
namespace {

struct Entry {
  std::int64_t time_ns = 0;
  std::int64_t cost = 0;
};
using Log = std::deque<Entry>;

class SlidingLog final : public Algorithm {
 public:
  SlidingLog(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

  Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) override {
    Log& log = logs_[key];
    while (!log.empty() && is_old(log.front(), moment)) log.pop_front();

    const auto left = static_cast<std::int64_t>(policy_.limit - sum(log));
    if (cost > policy_.limit) return {false, left, std::nullopt};
    if (cost > left) {
      const std::int64_t wait = wait_ns(log, Wide{cost} - left, moment);
      if (mistake_ == Mistake::denied_call_counts) log.push_back({moment.time_ns, cost});
      return {false, left, wait};
    }
    const bool overwrites = mistake_ == Mistake::same_instant_overwrites && cost > 0;
    if (overwrites && !log.empty() && log.back().time_ns == moment.time_ns) log.pop_back();
    if (cost > 0) log.push_back({moment.time_ns, cost});
    return {true, left - cost, std::nullopt};
  }

  double room(const std::string& key, const Moment& moment) const override {
    double left = static_cast<double>(policy_.limit);
    for (const Entry& entry : log_of(key)) {
      if (!is_old(entry, moment)) left -= static_cast<double>(entry.cost);
    }
    return left;
  }

  std::optional<std::int64_t> next_bend_ns(const std::string& key,
                                           const Moment& moment) const override {
    for (const Entry& entry : log_of(key)) {
      if (!is_old(entry, moment)) return until_old_ns(entry, moment);
    }
    return std::nullopt;
  }

 private:
  const Log& log_of(const std::string& key) const {
    static const Log empty;
    const auto found = logs_.find(key);
    return found == logs_.end() ? empty : found->second;
  }

  static Wide sum(const Log& log) {
    return std::accumulate(log.begin(), log.end(), Wide{0},
                           [](Wide so_far, const Entry& entry) { return so_far + entry.cost; });
  }

  std::int64_t until_old_ns(const Entry& entry, const Moment& moment) const {
    return entry.time_ns + policy_.period_ns - moment.time_ns;
  }

  bool is_old(const Entry& entry, const Moment& moment) const {
    const bool longer = mistake_ == Mistake::window_a_nanosecond_longer;
    return until_old_ns(entry, moment) <= (longer ? -1 : 0);
  }

  std::int64_t wait_ns(const Log& log, Wide missing, const Moment& moment) const {
    if (mistake_ == Mistake::retry_after_is_oldest_call) return until_old_ns(log.front(), moment);
    if (mistake_ == Mistake::retry_after_is_empty_log) return until_old_ns(log.back(), moment);
    for (const Entry& entry : log) {
      missing -= entry.cost;
      if (missing <= 0) return until_old_ns(entry, moment);
    }
    return until_old_ns(log.back(), moment);
  }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Log> logs_;
};

}  // namespace

std::unique_ptr<Algorithm> make_sliding_log(Policy policy, Mistake mistake) {
  return std::make_unique<SlidingLog>(policy, mistake);
}

}  // namespace assay::graders::rate_limiter
