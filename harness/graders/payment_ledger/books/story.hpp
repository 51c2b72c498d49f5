// How a failing check of level 1 is told: the steps, and T-accounts before and after the last.
#pragma once

#include <string>
#include <vector>

#include "grade/script_check.hpp"

namespace assay::graders::payment_ledger {

// Fills situation, reason, steps and picture.
void tell_books(const grade::Performance& performance, const grade::Violation& violation,
                grade::CheckResult& result);

// The names of the mistakes that give every one of these answers, while right ones differ.
std::vector<std::string> book_look_alikes(const grade::Performance& performance);

}  // namespace assay::graders::payment_ledger
