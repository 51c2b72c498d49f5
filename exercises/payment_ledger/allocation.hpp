// The other contract of level 2: a fee and shares that add up to what was paid, to the last unit.
// stub_allocation.cpp is where to start.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "api.hpp"

namespace payment_ledger {

// 290 basis points and 30 units are "2.9 % + 0.30" in USD. Nothing depends on the currency: a unit
// is its smallest, so that 30 are 30 yen, and 0.030 Kuwaiti dinars.
struct Fee {
  std::int64_t basis_points;  // 0 to 10,000
  Amount fixed;               // 0 or more
};

struct Allocation {
  Amount fee = 0;
  std::vector<Amount> shares;  // one for each weight
};

// Splits `amount`, which is 0 or more, into the fee and shares: their sum is the amount.
//
// fee     amount * basis_points / 10,000, rounded to the nearest unit (a half is rounded up), and
//         then `fixed`; but never more than the amount
// shares  the rest, by weight: each gets rest * weight / sum of weights, rounded down. The units
//         that are left then go one each to the shares that lost the largest fractions; of equal
//         ones, to the first.
//
// weights  1 to 100 of them, each 0 to 1,000,000, and not all 0
Allocation allocate(Amount amount, Fee fee, std::span<const std::int64_t> weights);

}  // namespace payment_ledger
