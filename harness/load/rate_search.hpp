// The search for the highest rate at which a server still meets a latency target. Its decisions
// follow from the answers alone, so the same answers lead to the same rates. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "load/result.hpp"

namespace assay::load {

struct LatencyTarget {
  double percent = 99;
  std::int64_t ns = 0;
};

// Whether that share of all that was offered was answered as wanted, in that time. So an error, and
// what was dropped or not finished, is slower than any target.
bool meets(const Result& result, const LatencyTarget& target);

// At least as long as asked, and so long that kFewestBeyond requests and more lie beyond the
// percentile; but never longer than kLongestProbe, which makes very low rates vaguer.
inline constexpr std::chrono::seconds kLongestProbe{60};
std::chrono::nanoseconds probe_time(const LatencyTarget& target, double rate_per_s,
                                    std::chrono::nanoseconds asked);

// Doubles the rate until the target is missed (or halves it until it is met), and then goes to the
// middle, by ratio, until met and missed are 5 % apart. What misses is tried once more, as other
// work on the machine makes a target missed, never met.
class RateSearch {
 public:
  explicit RateSearch(double first_per_s);

  // The rate to try, with three digits; nothing once the search is over.
  std::optional<double> next() const;
  void told(bool met);

  std::optional<double> highest_met() const { return met_; }
  std::optional<double> lowest_missed() const { return missed_; }

 private:
  static constexpr double kLowest_per_s = 0.5;
  static constexpr double kHighest_per_s = 2e6;
  static constexpr double kCloseEnough = 1.05;
  static constexpr int kTryLimit = 60;

  void choose();

  double rate_;
  bool again_ = false;
  bool over_ = false;
  int tries_ = 0;
  std::optional<double> met_;
  std::optional<double> missed_;
};

}  // namespace assay::load
