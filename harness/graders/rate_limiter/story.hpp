// How a failing check of the token bucket is told: steps, picture, and the mistake it looks like.
#pragma once

#include "grade/script_check.hpp"
#include "graders/rate_limiter/model.hpp"

namespace assay::graders::rate_limiter {

// Fills situation, reason, steps and timeline.
void tell(const grade::Performance& performance, const grade::Violation& violation,
          grade::CheckResult& result);

// The names of the mistakes that give every one of these answers, while the right model doesn't.
std::vector<std::string> look_alikes(const grade::Performance& performance);

// A decision is compared in the parts that a check is about.
struct Aspects {
  bool remaining = false;
  bool retry_after = false;
};

// How `came` breaks the requirement "answers as expected", or nothing. Admission always counts.
std::optional<std::string> difference(const Decision& expected, const std::optional<Decision>& came,
                                      Aspects aspects);

}  // namespace assay::graders::rate_limiter
