// The numbered steps of a story, in columns. A pure function of steps that are already printable().
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

std::vector<std::string> steps_table(const std::vector<grade::Step>& steps, const Style& style);

}  // namespace assay::report
