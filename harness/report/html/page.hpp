// The page of a run: one self-contained HTML document, for a browser without a network. Every text
// of a submission is text in it, and nothing else. Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"

namespace assay::report {

// uPlot, which makes charts that are read with the pointer. Without it, there are pictures and
// tables. Its digests are what the page's security policy knows it by.
struct ChartLibrary {
  std::string script;
  std::string script_sha256_hex;
  std::string style;
  std::string style_sha256_hex;
};

// Of one run, or of several side by side, the first before the others. At least one.
std::string to_html(const std::vector<grade::Scorecard>& cards, const ChartLibrary& library = {});

}  // namespace assay::report
