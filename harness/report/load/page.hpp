// The page of a load: what came of each rate, and curves of latency by rate, by percentile and over
// time. Pure.
#pragma once

#include "load/report.hpp"
#include "report/html/document.hpp"

namespace assay::report {

Document page_of(const load::Report& report);

}  // namespace assay::report
