#include "measure/paired.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

#include "measure/statistics.hpp"

namespace assay::measure {
namespace {

using std::chrono::nanoseconds;

constexpr int kSlicesOfWarmUp = 3;
constexpr int kSlicesOfRound = 8;  // with a control
constexpr int kFewestControls = kFewestPairs / kPairsPerControl;

bool usable(double rate) { return std::isfinite(rate) && rate >= 0; }

// A subject that did nothing has the ratio 0; a reference that did nothing is no measure.
std::optional<double> ratio_of(const Pair& pair) {
  const bool reference = usable(pair.reference_before) && usable(pair.reference_after) &&
                         pair.reference_before > 0 && pair.reference_after > 0;
  if (!reference || !usable(pair.subject_first) || !usable(pair.subject_second)) return {};
  const double ratio = std::sqrt((pair.subject_first / pair.reference_before) *
                                 (pair.subject_second / pair.reference_after));
  if (!std::isfinite(ratio)) return {};
  return ratio;
}

struct Ratios {
  std::vector<double> values;
  std::size_t unusable = 0;
};

Ratios ratios_of(const std::vector<Pair>& pairs) {
  Ratios ratios;
  for (const Pair& pair : pairs) {
    const std::optional<double> ratio = ratio_of(pair);
    if (ratio) ratios.values.push_back(*ratio);
    if (!ratio) ++ratios.unusable;
  }
  return ratios;
}

double share_of(double ratio, const std::vector<Boundary>& boundaries) {
  double share = 0;
  for (const Boundary& boundary : boundaries) {
    if (ratio >= boundary.ratio) share = std::max(share, boundary.share);
  }
  return share;
}

std::string text_of(double ratio) {
  std::array<char, 32> room{};
  std::snprintf(room.data(), room.size(), "%.3g", ratio);
  return room.data();
}

std::string range_of(double low, double high) { return text_of(low) + " to " + text_of(high); }

const Boundary* straddled(const Figure& figure, const std::vector<Boundary>& boundaries) {
  if (share_of(figure.low, boundaries) == share_of(figure.high, boundaries)) return nullptr;
  const auto inside = [&](const Boundary& boundary) {
    return figure.low < boundary.ratio && boundary.ratio <= figure.high;
  };
  return &*std::find_if(boundaries.begin(), boundaries.end(), inside);
}

std::string why_unusable(const Ratios& pairs, const Ratios& controls) {
  const std::size_t unusable = pairs.unusable + controls.unusable;
  const std::size_t all = pairs.values.size() + controls.values.size() + unusable;
  if (unusable * kPairsPerUnusable > all) {
    return std::to_string(unusable) + " of " + std::to_string(all) +
           " pairs have a slice without a rate";
  }
  if (pairs.values.size() < kFewestPairs || controls.values.size() < kFewestControls) {
    return std::to_string(pairs.values.size()) + " pairs were timed and " +
           std::to_string(controls.values.size()) + " controls; " + std::to_string(kFewestPairs) +
           " and " + std::to_string(kFewestControls) + " are needed";
  }
  return "";
}

std::string why_noisy(const Figure& figure, const std::vector<Boundary>& boundaries) {
  const std::string control = range_of(figure.control_low, figure.control_high);
  if (figure.control_low > 1 + kDeadBand || figure.control_high < 1 - kDeadBand) {
    return "the reference differs from itself: " + control;
  }
  if (figure.control_high > figure.control_low * kWidestControl) {
    return "the reference against itself is anything from " + control;
  }
  if (const Boundary* boundary = straddled(figure, boundaries)) {
    return "the ratio is " + range_of(figure.low, figure.high) + ", and the boundary is " +
           text_of(boundary->ratio);
  }
  return "";
}

Pair time_pair(const Slice& reference, const Slice& subject) {
  Pair pair;
  pair.reference_before = shortened(reference());
  pair.subject_first = shortened(subject());
  pair.subject_second = shortened(subject());
  pair.reference_after = shortened(reference());
  return pair;
}

bool enough(const Samples& samples, const Plan& plan) {
  const int pairs = static_cast<int>(samples.pairs.size());
  if (pairs >= kPairLimit) return true;
  const int beyond = pairs - std::max(plan.fewest_pairs, kFewestPairs);
  if (beyond < 0 || beyond % kPairsBetweenLooks != 0) return false;
  return judge(samples, plan.boundaries).decided;
}

}  // namespace

bool Figure::slower() const { return why_noisy.empty() && high < 1 && ratio < 1 - kDeadBand; }

bool Figure::faster() const { return why_noisy.empty() && low > 1 && ratio > 1 + kDeadBand; }

Figure judge(const Samples& samples, const std::vector<Boundary>& boundaries) {
  const Ratios ratios = ratios_of(samples.pairs);
  const Ratios controls = ratios_of(samples.controls);
  const Interval interval = interval_of_median(ratios.values, kConfidence, samples.seed);
  const Interval control = interval_of_median(controls.values, kConfidence, samples.seed + 1);
  Figure figure;
  figure.ratio = median(ratios.values);
  figure.low = interval.low;
  figure.high = interval.high;
  figure.pairs = static_cast<int>(samples.pairs.size());
  figure.control_low = control.low;
  figure.control_high = control.high;
  figure.why_noisy = why_unusable(ratios, controls);
  if (figure.why_noisy.empty()) figure.why_noisy = why_noisy(figure, boundaries);
  figure.decided = figure.why_noisy.empty();
  if (figure.decided) figure.share = share_of(figure.ratio, boundaries);
  return figure;
}

std::string in_words(const Figure& figure) {
  return text_of(figure.ratio) + " of the reference's speed (" + range_of(figure.low, figure.high) +
         "; " + std::to_string(figure.pairs) + " pairs; the reference itself " +
         range_of(figure.control_low, figure.control_high) + ")";
}

Samples measure(const Plan& plan) {
  const nanoseconds begun = plan.now();
  Samples samples;
  samples.seed = plan.seed;
  for (const Slice* slice : {&plan.control, &plan.subject, &plan.reference}) (*slice)();
  nanoseconds longest_round = (plan.now() - begun) * kSlicesOfRound / kSlicesOfWarmUp;
  while (!enough(samples, plan)) {
    const nanoseconds round_begun = plan.now();
    if (round_begun - begun + longest_round > plan.time) break;
    samples.pairs.push_back(time_pair(plan.reference, plan.subject));
    if (samples.pairs.size() % kPairsPerControl == 1) {
      samples.controls.push_back(time_pair(plan.reference, plan.control));
    }
    longest_round = std::max(longest_round, plan.now() - round_begun);
  }
  return samples;
}

}  // namespace assay::measure
