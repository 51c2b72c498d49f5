#include "report/html/scale.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace assay::report {
namespace {

using Kind = grade::Chart::Scale;

constexpr int kFewestSteps = 4;          // of a linear axis
constexpr double kMostNines = 5;         // 99.999 %: what lies beyond is shown there
constexpr double kHeadroom = 0.05;       // above the highest value of a linear axis
constexpr double kNarrowestDecades = 1;  // of a logarithmic one

// The largest of 1, 2, 5, 10… that cuts `width` into at least kFewestSteps.
double step_of(double width) {
  const double power = std::pow(10, std::floor(std::log10(width / kFewestSteps)));
  for (const double factor : {5.0, 2.0}) {
    if (width / (factor * power) >= kFewestSteps) return factor * power;
  }
  return power;
}

}  // namespace

ChartScale::ChartScale(Kind kind, const std::vector<double>& values) : kind_(kind) {
  std::vector<double> seen;
  for (const double value : values) {
    const double place = straightened(value);
    if (std::isfinite(place)) seen.push_back(place);
  }
  if (seen.empty()) return;
  const auto [least, most] = std::minmax_element(seen.begin(), seen.end());
  from_ = *least;
  to_ = *most;
  if (kind_ == Kind::logarithmic) {
    from_ = std::floor(from_);
    to_ = std::max(std::ceil(to_), from_ + kNarrowestDecades);
  } else if (kind_ == Kind::linear) {
    from_ = std::min(from_, 0.0);
    to_ += (to_ - from_) * kHeadroom;
  }
  if (to_ <= from_) to_ = from_ + 1;
}

double ChartScale::straightened(double value) const {
  if (kind_ == Kind::linear) return value;
  if (kind_ == Kind::logarithmic) return value > 0 ? std::log10(value) : std::nan("");
  return std::min(kMostNines, -std::log10(1 - value / 100));
}

double ChartScale::place(double value) const {
  return (straightened(value) - from_) / (to_ - from_);
}

std::vector<ChartScale::Tick> ChartScale::ticks() const {
  std::vector<Tick> ticks;
  if (kind_ == Kind::linear) {
    const double step = step_of(to_ - from_);
    for (double value = std::ceil(from_ / step) * step; value <= to_ + step * 1e-9; value += step) {
      ticks.push_back({value, fmt::format("{:g}", std::abs(value) < step * 1e-9 ? 0 : value)});
    }
  } else if (kind_ == Kind::logarithmic) {
    for (double power = from_; power <= to_; ++power) {
      ticks.push_back({std::pow(10, power), fmt::format("{:g}", std::pow(10, power))});
    }
  } else {
    for (const double percent : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999}) {
      const double place = straightened(percent);
      if (place >= from_ - 1e-9 && place <= to_ + 1e-9) {
        ticks.push_back({percent, fmt::format("p{:g}", percent)});
      }
    }
  }
  return ticks;
}

}  // namespace assay::report
