// Judges a single client's answers at level 2, and tells what is wrong with them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/payment_ledger/charges/model.hpp"

namespace assay::graders::payment_ledger {

// The first answer that isn't what is due.
std::optional<grade::Violation> first_wrong_charge(const grade::Performance& performance);

// Fills situation, reason and steps.
void tell_charges(const grade::Performance& performance, const grade::Violation& violation,
                  grade::CheckResult& result);

// The names of the mistakes that give every one of these answers.
std::vector<std::string> charge_look_alikes(const grade::Performance& performance);

}  // namespace assay::graders::payment_ledger
