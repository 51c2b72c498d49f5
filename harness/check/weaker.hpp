// Two weaker promises: convergence (once writing is over, all processes come to read the same), and
// bounded staleness (a read returns what was there at some time within a bound before it).
#pragma once

#include <cstdint>

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/models.hpp"
#include "check/verdict.hpp"

namespace assay::check {

// Compares, for each key, the last read of every process that read it after all writes had ended.
Verdict check_convergence(const History& history);

// The history in which every read was called that much earlier: it is linearizable exactly if no
// read of the other was staler than that (Golab, Li and Shah, "Analyzing Consistency Properties for
// Fun and Profit", 2011). Needs a timed history.
History with_earlier_reads(const History& history, std::int64_t by_ns);

}  // namespace assay::check
