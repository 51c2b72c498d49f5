// A prediction: a number or a choice that the learner commits to before it is measured. It has a
// score of its own, outside the points. Plain data, but for `measure`, which really runs something:
// the grader's exact models, or the reference as a subject.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "grade/workbench.hpp"

namespace assay::grade {

struct Measured {
  std::optional<double> value;  // of a choice, its place; nothing if it can't be told here and now
  std::string explanation;  // of the result, with the question's own numbers; or why there's none
};

struct PredictionQuestion {
  std::string text;
  std::string unit;                  // of a number: "%", "calls"
  double most = 0;                   // of a number, which is at least 0
  std::vector<std::string> choices;  // of a choice, in a few words each; a number has none
  std::function<Measured(Workbench& reference)> measure;  // throws Interrupted
};

struct Prediction {
  std::string slug;
  int level = 0;
  // The same question for the same randomness; its numbers are drawn, so that no answer can be
  // copied.
  PredictionQuestion (*ask)(base::Random& random) = nullptr;
};

// The question that a seed gives.
PredictionQuestion question_of(const Prediction& prediction, std::uint64_t seed);

// What was typed as an answer: "40", "40 %", "1,000"; of a choice its letter or its words.
struct TypedAnswer {
  std::optional<double> value;
  std::string complaint;  // one line, if there is no value
};
TypedAnswer answer_from(const PredictionQuestion& question, std::string_view typed);

// "40 %", or "b) about as many".
std::string answer_in_words(const PredictionQuestion& question, double answer);

// Of 1: a choice has all or nothing, and a number by how many times it is off.
double marks_for(const PredictionQuestion& question, double predicted, double measured);

// The larger by the smaller; infinite if only one of them is 0.
double times_off(double predicted, double measured);

}  // namespace assay::grade
