// How a failing check is told: steps, picture, and the mistake it looks like.
#pragma once

#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/limiter/judge.hpp"

namespace assay::graders::rate_limiter {

// Fills situation, reason, steps and timeline. The violation is what first_wrong() found with these
// aspects, or an exchange without a decision.
void tell(const grade::Performance& performance, const grade::Violation& violation, Aspects aspects,
          grade::CheckResult& result);

// The names of the mistakes that give every one of these answers, while the right model doesn't.
std::vector<std::string> look_alikes(const grade::Performance& performance);

}  // namespace assay::graders::rate_limiter
