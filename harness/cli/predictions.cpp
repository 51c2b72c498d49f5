#include "cli/predictions.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/json.hpp>

#include "proc/files.hpp"
#include "report/json_text.hpp"
#include "report/predictions.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

fs::path measured_file(const Context& context, const std::string& slug) {
  return context.root / ".assay" / "predictions" / (slug + ".json");
}

MeasuredPrediction measured_in(const json::object& stored) {
  MeasuredPrediction one;
  one.seed = stored.at("seed").to_number<std::uint64_t>();
  if (!stored.at("value").is_null()) one.measured.value = stored.at("value").to_number<double>();
  one.measured.explanation = stored.at("explanation").as_string().c_str();
  return one;
}

}  // namespace

fs::path predictions_file(const Context& context, const std::string& slug) {
  return context.root / "my" / slug / "predictions.toml";
}

std::vector<grade::Commitment> load_commitments(const Context& context, const std::string& slug,
                                                const std::vector<grade::Prediction>& predictions) {
  const fs::path path = predictions_file(context, slug);
  if (!fs::exists(path)) return {};
  try {
    return grade::commitments_in(proc::read_file(path), path.string(), predictions);
  } catch (const std::runtime_error& error) {
    throw UsageError(std::string(error.what()) + ": mend it, or move it away");
  }
}

MeasuredPredictions load_measured(const Context& context, const std::string& slug) {
  MeasuredPredictions measured;
  const fs::path path = measured_file(context, slug);
  if (!fs::exists(path)) return measured;
  try {
    const json::value document = report::parse_exactly(proc::read_file(path));
    for (const auto& [name, stored] : document.as_object()) {
      measured[std::string(name)] = measured_in(stored.as_object());
    }
  } catch (const std::exception&) {
    return {};
  }
  return measured;
}

void save_measured(const Context& context, const std::string& slug,
                   const MeasuredPredictions& measured) {
  json::object document;
  for (const auto& [name, one] : measured) {
    json::object stored{{"seed", one.seed}};
    stored["value"] = one.measured.value ? json::value(*one.measured.value) : json::value(nullptr);
    stored["explanation"] = one.measured.explanation;
    document.emplace(name, std::move(stored));
  }
  const fs::path path = measured_file(context, slug);
  fs::create_directories(path.parent_path());
  proc::write_atomically(path, report::indented(document) + "\n");
}

grade::PredictionScore prediction_score(const Context& context, const std::string& slug,
                                        const std::vector<grade::Prediction>& predictions,
                                        const std::vector<grade::LevelResult>& levels) {
  const auto measured = load_measured(context, slug);
  std::vector<report::PredictionOutcome> outcomes;
  for (const auto& commitment : load_commitments(context, slug, predictions)) {
    const bool graded = std::any_of(levels.begin(), levels.end(), [&](const auto& level) {
      return level.level == commitment.level;
    });
    if (!graded) continue;
    for (const auto& prediction : predictions) {
      const auto answer = commitment.answers.find(prediction.slug);
      const auto found = measured.find(prediction.slug);
      if (answer == commitment.answers.end() || found == measured.end()) continue;
      if (found->second.seed != commitment.seed) continue;
      outcomes.push_back({prediction.level, prediction.slug,
                          grade::question_of(prediction, commitment.seed), answer->second,
                          found->second.measured, commitment.graded_before});
    }
  }
  return report::score_of(outcomes);
}

}  // namespace assay::cli
