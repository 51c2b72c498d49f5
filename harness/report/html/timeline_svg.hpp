// The picture of a failing check as SVG: what report/timeline.hpp draws with characters, in the
// same places. Pure.
#pragma once

#include <string>

#include "grade/scorecard.hpp"

namespace assay::report {

// Empty, if there is nothing to draw.
std::string timeline_svg(const grade::Timeline& timeline);

}  // namespace assay::report
