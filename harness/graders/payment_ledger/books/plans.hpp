// What the checks of level 1 ask. The structure is fixed, so that a mistake is met on every run;
// names and amounts come from the seed. Pure.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "grade/conversation.hpp"

namespace assay::graders::payment_ledger {

using BookPlan = std::vector<grade::Script>;

BookPlan plan_whole(base::Random& random);
BookPlan plan_currencies(base::Random& random);
BookPlan plan_several_legs(base::Random& random);
BookPlan plan_overflow(base::Random& random);
BookPlan plan_exactness(base::Random& random);

}  // namespace assay::graders::payment_ledger
