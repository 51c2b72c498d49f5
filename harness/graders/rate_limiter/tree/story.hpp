// How a failing check of level 6 is told.
#pragma once

#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/tree/judge.hpp"

namespace assay::graders::rate_limiter {

// Fills situation, reason and steps. The violation is what first_wrong() found with these aspects,
// or an exchange without a decision.
void tell_tree(const grade::Performance& performance, const grade::Violation& violation,
               TreeAspects aspects, grade::CheckResult& result);

// The names of the mistakes that give every one of these answers, while right ones differ.
std::vector<std::string> tree_look_alikes(const grade::Performance& performance);

}  // namespace assay::graders::rate_limiter
