// Which tiers work on this machine, tried once per process and tier. Thread-safe.
#pragma once

#include <memory>

#include "proc/guard_process.hpp"

namespace assay::proc {

// A guard of the best tier no stronger than `strongest`; what the stronger ones lacked is added to
// `reasons`, a sentence each. Throws CellError.
std::unique_ptr<GuardProcess> open_best_guard(Tier strongest, std::vector<std::string>& reasons);

}  // namespace assay::proc
