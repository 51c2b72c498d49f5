#include "load/rate_search.hpp"

#include <algorithm>
#include <cmath>

namespace assay::load {
namespace {

double with_three_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  return std::round(value / unit) * unit;
}

}  // namespace

bool meets(const Result& result, const LatencyTarget& target) {
  if (result.offered == 0 || result.stopped) return false;
  const double in_time = static_cast<double>(result.latency.at_most(target.ns));
  return in_time >= target.percent / 100 * static_cast<double>(result.offered) - 1e-9;
}

std::chrono::nanoseconds probe_time(const LatencyTarget& target, double rate_per_s,
                                    std::chrono::nanoseconds asked) {
  const double share_beyond = std::max(1 - target.percent / 100, 1e-6);
  const double needed_s = 2 * static_cast<double>(kFewestBeyond) / share_beyond / rate_per_s;
  const double limited_s = std::min(needed_s, static_cast<double>(kLongestProbe.count()));
  return std::max(asked, std::chrono::nanoseconds(std::llround(limited_s * 1e9)));
}

RateSearch::RateSearch(double first_per_s)
    : rate_(std::clamp(first_per_s, kLowest_per_s, kHighest_per_s)) {}

std::optional<double> RateSearch::next() const {
  return over_ ? std::nullopt : std::optional(rate_);
}

void RateSearch::told(bool met) {
  over_ = ++tries_ >= kTryLimit;
  if (!met && !again_) {
    again_ = true;
    return;
  }
  again_ = false;
  (met ? met_ : missed_) = rate_;
  choose();
}

void RateSearch::choose() {
  if (met_ && missed_) {
    over_ = over_ || *missed_ / *met_ <= kCloseEnough;
    rate_ = with_three_digits(std::sqrt(*met_ * *missed_));
    over_ = over_ || rate_ <= *met_ || rate_ >= *missed_;
  } else if (met_) {
    over_ = over_ || rate_ >= kHighest_per_s;
    rate_ = std::min(rate_ * 2, kHighest_per_s);
  } else {
    over_ = over_ || rate_ <= kLowest_per_s;
    rate_ = std::max(rate_ / 2, kLowest_per_s);
  }
}

}  // namespace assay::load
