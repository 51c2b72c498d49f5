// Whether a history is linearizable: whether each operation can be given one instant between its
// call and its return, so that the model allows their order.
#pragma once

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/models.hpp"
#include "check/verdict.hpp"

namespace assay::check {

Verdict check_linearizability(const History& history, const ModelKind& kind,
                              const Parameters& parameters, const Budget& budget);

}  // namespace assay::check
