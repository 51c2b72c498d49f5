// A figure by which right solutions of a level differ, and which no check measures: what `compare`
// shows beside the checks' own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grade/workbench.hpp"

namespace assay::grade {

// One for each design, in their order; nothing where it can't be measured.
using Figures = std::vector<std::optional<double>>;

struct Cost {
  int level = 0;
  std::string name;  // "ns a call": its unit is in it
  // Of all designs in one go, so that what is timed can be timed by turns. The same seed asks the
  // same of all. Throws Interrupted.
  std::function<Figures(const std::vector<Workbench*>& designs, std::uint64_t seed)> measure;
  std::string about = {};  // what is done, and counted: "ns a call: the quickest of…", or empty
};

}  // namespace assay::grade
