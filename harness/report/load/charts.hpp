// What a load measured as curves. Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "load/report.hpp"

namespace assay::report {

// A step for each rate, ascending; of a rate that was tried again, the last. Those of a closed loop
// have none, and stand in their order.
std::vector<const load::Result*> steps_by_rate(const load::Report& report);

// Against the offered rate, with the knee as a line and what went wrong as crosses. Of two rates or
// more; none of fewer.
std::vector<grade::Chart> charts_by_rate(const load::Report& report);

// A curve for each of these steps.
grade::Chart percentiles_of(const std::vector<const load::Result*>& steps);

// Second by second.
std::vector<grade::Chart> charts_over_time(const load::Result& result);

std::string name_of_step(const load::Result& result);  // "4,000 a second"

}  // namespace assay::report
