#include "measure/statistics.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/random.hpp"

namespace assay::measure {
namespace {

// Reorders the values, which is cheaper than sorting them.
double median_in_place(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

}  // namespace

double median(std::vector<double> values) { return median_in_place(values); }

Interval interval_of_median(const std::vector<double>& values, double confidence,
                            std::uint64_t seed) {
  if (values.empty()) return {};
  base::Random random(seed, "bootstrap");
  std::vector<double> resample(values.size());
  std::vector<double> medians(kResamples);
  for (double& result : medians) {
    for (double& value : resample) value = random.one_of(values);
    result = median_in_place(resample);
  }
  std::sort(medians.begin(), medians.end());
  const auto outside = static_cast<std::size_t>((1 - confidence) / 2 * kResamples);
  const std::size_t cut = std::min(outside, medians.size() / 2);
  return {medians[cut], medians[medians.size() - 1 - cut]};
}

}  // namespace assay::measure
