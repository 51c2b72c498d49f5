// What paired measurement needs of statistics: a median, and how far it can be trusted. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::measure {

inline constexpr int kResamples = 2000;

// Mean of the middle two where there is no middle; 0 of nothing. No value may be NaN.
double median(std::vector<double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

// Where the median of more such values would lie, with this confidence (0.99, say): the percentile
// bootstrap with kResamples resamples (Efron, Tibshirani: An Introduction to the Bootstrap, 1993,
// chapter 13). The same seed gives the same interval. It assumes nothing of the shape of the
// values' distribution, but that they don't depend on each other, and of fewer than about eight
// it is too narrow. No value may be NaN.
Interval interval_of_median(const std::vector<double>& values, double confidence,
                            std::uint64_t seed);

}  // namespace assay::measure
