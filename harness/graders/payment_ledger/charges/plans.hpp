// What the checks of level 2 ask as a single client. Pure.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "grade/conversation.hpp"

namespace assay::graders::payment_ledger {

using ChargePlan = std::vector<grade::Script>;

ChargePlan plan_replay(base::Random& random);
ChargePlan plan_scope(base::Random& random);
ChargePlan plan_mismatch(base::Random& random);
ChargePlan plan_unsaved(base::Random& random);
ChargePlan plan_expiry(base::Random& random);

}  // namespace assay::graders::payment_ledger
