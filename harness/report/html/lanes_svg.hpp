// Operations that overlap as a picture: a lane for each thread, a bar for each call, as wide as
// what it says. SVG that needs no script. Pure.
#pragma once

#include <string>

#include "grade/scorecard.hpp"

namespace assay::report {

// Empty if there is nothing to show.
std::string lanes_svg(const grade::Lanes& lanes);

}  // namespace assay::report
