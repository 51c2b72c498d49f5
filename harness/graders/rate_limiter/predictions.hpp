// What a learner may predict of rate limiters, by level. Each question's numbers come from the
// seed, and its answer from running what it asks about.
#pragma once

#include <vector>

#include "grade/prediction.hpp"

namespace assay::graders::rate_limiter {

using Predictions = std::vector<grade::Prediction>;

void add_limiter_predictions(Predictions& predictions);  // levels 1 and 2: on the exact models
void add_shared_predictions(Predictions& predictions);   // level 3: on the reference
void add_fleet_predictions(Predictions& predictions);    // levels 4 to 6: on models of their own

}  // namespace assay::graders::rate_limiter
