// What a timeline shows, with a column for everything: the step between a grade::Timeline and the
// characters of its picture. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/axis.hpp"
#include "report/style.hpp"

namespace assay::report {

struct Mark {
  const grade::Timeline::Call* call = nullptr;
  std::string label;  // the call's own, and how often it was repeated
  int column = 0;
  std::size_t first = 0;  // which of the calls at this moment, from 0
  std::size_t last = 0;
};

struct Scene {
  struct Group {  // the calls of one moment; none where only the bracket begins or ends
    std::int64_t at_ns = 0;
    int columns = 0;
    std::vector<Mark> marks;
  };
  std::vector<Group> groups;
  Axis axis;
  int columns = 0;             // of the picture, without what stands left of the axis
  std::size_t first_call = 0;  // of the timeline's, in order of time
  std::size_t last_call = 0;
  bool labelled = false;  // some mark has a label
  std::optional<int> bracket_from;
  std::optional<int> bracket_to;
};

Scene set_scene(const grade::Timeline& timeline, int columns, const Style& style);

// The level in each column, where it is known.
std::vector<std::optional<double>> levels_of(const grade::Timeline& timeline, const Scene& scene);

}  // namespace assay::report
