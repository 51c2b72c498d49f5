// From values to places on an axis, and the values that an axis names. Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"

namespace assay::report {

class ChartScale {
 public:
  // Covers the finite values among these; of none, from 0 to 1. A logarithmic one leaves out what
  // isn't positive.
  ChartScale(grade::Chart::Scale kind, const std::vector<double>& values);

  // 0 at its beginning, 1 at its end; not finite for what it can't show.
  double place(double value) const;

  struct Tick {
    double value;
    std::string label;
  };
  std::vector<Tick> ticks() const;

 private:
  double straightened(double value) const;

  grade::Chart::Scale kind_;
  double from_ = 0;  // straightened
  double to_ = 1;
};

}  // namespace assay::report
