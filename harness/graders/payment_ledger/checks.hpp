// The checks of the payment ledger, in the order in which they are shown.
#pragma once

#include <memory>
#include <vector>

#include "grade/check.hpp"

namespace assay::graders::payment_ledger {

using Checks = std::vector<std::unique_ptr<grade::Check>>;

void add_book_checks(Checks& checks);    // level 1: double entry
void add_charge_checks(Checks& checks);  // level 2: requests that are sent again

}  // namespace assay::graders::payment_ledger
