// How much memory everything that runs in a cell holds now; what counts is said at
// Cell::memory_bytes().
#pragma once

#include <cstdint>

#include "plan.hpp"

namespace assay::proc::guard {

// Called by the supervisor.
std::uint64_t memory_of_cell(const Plan& plan);

}  // namespace assay::proc::guard
