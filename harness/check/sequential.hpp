// Whether a history is sequentially consistent: whether the model allows some order of all
// operations that keeps each process's own order; real time doesn't count. That can't be judged key
// by key, and no fast way is known, so the budget decides how far it looks.
#pragma once

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/models.hpp"
#include "check/verdict.hpp"

namespace assay::check {

Verdict check_sequential(const History& history, const ModelKind& kind,
                         const Parameters& parameters, const Budget& budget);

// The operations that are needed to see a violation; the others may happen or not, whenever.
Explanation explain_sequential(const History& history, const ModelKind& kind,
                               const Parameters& parameters, const Budget& budget);

}  // namespace assay::check
