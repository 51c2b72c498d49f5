// How long something took, as curves of percentiles for a page. Pure.
#pragma once

#include <string>

#include "base/histogram.hpp"
#include "grade/scorecard.hpp"

namespace assay::grade {

// Without curves as yet.
Chart percentile_chart(std::string title);

// In milliseconds, as far as there are enough beyond a percentile to tell it; empty of too few.
Chart::Curve percentile_curve(std::string name, const base::Histogram& latency);

}  // namespace assay::grade
