// How a failing check of the token bucket is told: steps, picture, and the mistake it looks like.
#pragma once

#include "graders/rate_limiter/model.hpp"
#include "grade/script_grader.hpp"

namespace assay::graders::rate_limiter {

// Fills situation, reason, steps, timeline and mistakes.
void tell(const grade::Performance& performance, const grade::Violation& violation,
          grade::CheckResult& result);

// A decision is compared in the parts that a check is about.
struct Aspects {
  bool remaining = false;
  bool retry_after = false;
};

// How `came` breaks the requirement "answers as expected", or nothing. Admission always counts.
std::optional<std::string> difference(const Decision& expected, const std::optional<Decision>& came,
                                      Aspects aspects);

}  // namespace assay::graders::rate_limiter
