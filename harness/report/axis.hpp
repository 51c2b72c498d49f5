// Where the moments of a timeline stand. Time keeps its order and, where it can, its scale; a
// stretch that is far longer than its neighbours is cut short, so that a nanosecond still shows
// beside a year. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/style.hpp"

namespace assay::report {

struct Moment {
  std::int64_t at_ns = 0;
  int columns = 1;  // that must stay free for what is drawn here
};

struct Axis {
  struct Place {
    int column = 0;
    std::string label;
    bool cut_after = false;  // the stretch up to the next place is not to scale
  };
  std::vector<Place> places;  // one for each moment
  int columns = 0;            // used in all
};

// Moments ascend, each later than the one before. Nothing, if they don't fit.
std::optional<Axis> lay_out(const std::vector<Moment>& moments, int columns, const Style& style);

}  // namespace assay::report
