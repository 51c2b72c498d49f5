// The predictions of the payment ledger: what money does in the hands of approximations.
#pragma once

#include <vector>

#include "grade/prediction.hpp"

namespace assay::graders::payment_ledger {

using Predictions = std::vector<grade::Prediction>;

void add_predictions(Predictions& predictions);

}  // namespace assay::graders::payment_ledger
