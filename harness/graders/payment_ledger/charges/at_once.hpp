// The check of level 2 in which many clients send the same request at once.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::payment_ledger {

std::unique_ptr<grade::Check> make_charges_at_once_check(grade::CheckInfo info);

}  // namespace assay::graders::payment_ledger
