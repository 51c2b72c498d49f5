// The check of level 2 that is about fees and remainders.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::payment_ledger {

std::unique_ptr<grade::Check> make_allocation_check(grade::CheckInfo info);

}  // namespace assay::graders::payment_ledger
