// Shrinks a violation of linearizability to what a reader can follow: from the last moment before
// which nothing was wrong, without every operation that does not matter.
//
// Shrinking only ever weakens what is demanded: observations are left out, and other operations are
// allowed to take effect at any later time or never. So what remains is impossible in the whole
// history too, and not only by itself.
#pragma once

#include <optional>

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/models.hpp"
#include "check/verdict.hpp"

namespace assay::check {

// Nothing if the budget doesn't suffice.
std::optional<Explanation> explain_violation(const History& history, const ModelKind& kind,
                                             const Parameters& parameters, const Part& blame,
                                             const Budget& budget);

}  // namespace assay::check
