// What came of predictions, on a terminal. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "grade/prediction.hpp"
#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

struct PredictionOutcome {
  int level = 0;
  std::string slug;
  grade::PredictionQuestion question;
  double predicted = 0;
  grade::Measured measured;
  std::string graded_before;  // the run that came before the commitment, if any: it doesn't count
};

// A mark at most for each that counts and was measured.
grade::PredictionScore score_of(const std::vector<PredictionOutcome>& outcomes);

// A question as it is asked: its place among the others, its text, and how to answer.
std::string prediction_question(const std::string& heading,
                                const grade::PredictionQuestion& question, const Style& style);

// The table, and then each result explained.
std::string predictions(const std::string& title, const std::vector<PredictionOutcome>& outcomes,
                        const Style& style);

}  // namespace assay::report
