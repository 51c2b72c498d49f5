// What this machine is, for the record of a run.
#pragma once

#include "grade/scorecard.hpp"

namespace assay::cli {

grade::Machine this_machine();

}  // namespace assay::cli
