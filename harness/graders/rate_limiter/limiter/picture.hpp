// The picture of a failing script: the calls of one key, and what could be admitted in between.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "graders/rate_limiter/limiter/retell.hpp"

namespace assay::graders::rate_limiter {

// The stretch of time in which too much was admitted, or at whose end there was room.
struct Bracket {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::string label;
};

// For the whole story, which ends with the wrong answer.
Bracket bracket_of(const std::vector<Told>& story, const Policy& policy);

grade::Timeline timeline_of(const std::vector<Told>& story, const Policy& policy,
                            const Bracket& bracket);

// "2 tokens", "between 2 and 3 tokens"; for windows without "tokens".
std::string level_in_words(double level, Kind kind);

}  // namespace assay::graders::rate_limiter
