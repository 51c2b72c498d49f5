// Curves on a page: a picture that needs no script, the numbers as a table, and what a script needs
// to put a chart in the picture's place that can be read with the pointer. Pure.
#pragma once

#include "grade/scorecard.hpp"
#include "report/html/markup.hpp"

namespace assay::report {

void add_chart(Markup& page, const grade::Chart& chart);

}  // namespace assay::report
