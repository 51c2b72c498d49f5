// Whether the answers that threads got from a table can be explained: whether each call can be
// given one instant between its start and its end, so that the contract allows them in that order.
#pragma once

#include <optional>

#include "grade/interleaving_check.hpp"
#include "graders/rate_limiter/table/model.hpp"

namespace assay::graders::rate_limiter {

// Nothing if the answers are right. Of a round that finished.
std::optional<grade::RoundViolation> unexplained(const grade::Program& program,
                                                 const grade::RoundReport& report);

}  // namespace assay::graders::rate_limiter
