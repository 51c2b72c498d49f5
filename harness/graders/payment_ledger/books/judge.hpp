// Judges the answers of level 1 by the exact model. Pure.
#pragma once

#include <optional>
#include <string>

#include "grade/script_check.hpp"
#include "graders/payment_ledger/books/model.hpp"

namespace assay::graders::payment_ledger {

// What is wrong with an answer, in a few words; nothing if it is right. Whether another reason to
// refuse is wrong too depends on what a check is about.
std::optional<std::string> difference(const BookAnswer& expected, const BookAnswer& came,
                                      bool reasons_matter);

// The first wrong answer.
std::optional<grade::Violation> first_wrong_answer(const grade::Performance& performance,
                                                   bool reasons_matter);

// Whether a ledger with this mistake gives all these answers.
bool gives_all_answers(const grade::Performance& performance, BookMistake mistake);

}  // namespace assay::graders::payment_ledger
