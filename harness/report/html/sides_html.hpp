// Runs side by side on a page: a line for each check, and beneath it what was counted and measured
// in each run, with curves of the same kind in one picture. Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/html/markup.hpp"

namespace assay::report {

// Of printable cards, two or more.
void add_sides(Markup& page, const std::vector<grade::Scorecard>& cards);

// Where a check of the n-th run stands on the page, from 0.
std::string anchor_of(std::size_t run, const grade::CheckResult& check);

std::string name_of_run(const grade::Scorecard& card);

}  // namespace assay::report
