// Linearizability for a model of one's own, whose state all operations share: what a grader needs
// of this folder. The models that come with it, and histories in files, are in linearizability.hpp.
#pragma once

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/model.hpp"
#include "check/verdict.hpp"

namespace assay::check {

// A violation's blame ends with the return that no order gets past.
Verdict check_linearizability(const History& history, Model& model, const Budget& budget);

}  // namespace assay::check
