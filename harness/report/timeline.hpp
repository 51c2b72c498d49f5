// The picture of a failing check: calls on a time axis, expected and came, the level beneath them,
// and the window that is violated. A pure function of the timeline.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

// Lines of at most 80 columns (or the style's, if fewer). Where there are more calls than fit,
// those around the first that disagrees are drawn, and a line says so.
std::vector<std::string> draw(const grade::Timeline& timeline, const Style& style);

}  // namespace assay::report
