// The classic mistakes of limiters that many threads ask, recognised by their answers: a mistake is
// a model too, and is named only if it explains every answer of a round that no right one can.
#pragma once

#include <string>
#include <vector>

#include "grade/rounds.hpp"

namespace assay::graders::rate_limiter {

std::vector<std::string> table_mistakes(const grade::Program& program,
                                        const grade::RoundReport& report);

}  // namespace assay::graders::rate_limiter
