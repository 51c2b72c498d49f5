// T-accounts in text: debits on the left, credits on the right, what was there before a line and
// what an entry adds beneath it. Pure.
#pragma once

#include <string>
#include <vector>

#include "graders/payment_ledger/books/model.hpp"

namespace assay::graders::payment_ledger {

struct Drawing {
  const BookModel& before;
  const BookOperation& operation;
  BookAnswer expected;
  BookAnswer came;
};

// The accounts that the operation is about, with what they had, what its legs add, and what they
// should have after it; beside them, the sums of an entry that isn't balanced.
std::string t_accounts(const Drawing& drawing);

}  // namespace assay::graders::payment_ledger
