// The page of a run: one self-contained HTML document, for a browser without a network. Every text
// of a submission is text in it, and nothing else. Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/html/document.hpp"

namespace assay::report {

// Of one run, or of several side by side, the first before the others. At least one.
std::string to_html(const std::vector<grade::Scorecard>& cards, const ChartLibrary& library = {});

}  // namespace assay::report
