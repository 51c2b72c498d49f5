// A learner's predictions as they are kept: what was committed in my/<slug>/predictions.toml, and
// what was measured then in .assay/predictions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "grade/commitment.hpp"
#include "grade/scorecard.hpp"

namespace assay::cli {

std::filesystem::path predictions_file(const Context& context, const std::string& slug);

// Throws UsageError for a damaged file; a missing one has none.
std::vector<grade::Commitment> load_commitments(const Context& context, const std::string& slug,
                                                const std::vector<grade::Prediction>& predictions);

struct MeasuredPrediction {
  std::uint64_t seed = 0;  // of the question
  grade::Measured measured;
};
using MeasuredPredictions = std::map<std::string, MeasuredPrediction>;  // by the prediction's slug

// A missing or damaged file is nothing measured: it can be measured again.
MeasuredPredictions load_measured(const Context& context, const std::string& slug);
void save_measured(const Context& context, const std::string& slug,
                   const MeasuredPredictions& measured);

// What has been measured of what was committed in time, of these levels.
grade::PredictionScore prediction_score(const Context& context, const std::string& slug,
                                        const std::vector<grade::Prediction>& predictions,
                                        const std::vector<grade::LevelResult>& levels);

}  // namespace assay::cli
