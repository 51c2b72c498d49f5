// assay predict: asks, commits, measures and explains. What was committed is never asked again.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/predictions.hpp"
#include "cli/runs.hpp"
#include "graders/registry.hpp"
#include "proc/files.hpp"
#include "report/predictions.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace {

using grade::Commitment;
using grade::Prediction;

constexpr int tries_max = 5;

// What is typed, line by line. Ctrl-C ends it, and so does the end of the input.
class Answers {
 public:
  Answers() : terminal_(::isatty(STDIN_FILENO) == 1) {}

  // On a terminal what can't be an answer is asked again, elsewhere it is the end.
  double next(const Prediction& prediction, const grade::PredictionQuestion& question) const {
    for (int tries = 1;; ++tries) {
      if (terminal_) fmt::print("  {}> ", question.unit.empty() ? "" : question.unit + " ");
      std::fflush(stdout);
      std::string line;
      const bool there = static_cast<bool>(std::getline(std::cin, line));
      grade::heed_interruptions();
      if (!there) {
        throw UsageError(
            fmt::format("no answer came for {}: nothing was committed", prediction.slug));
      }
      const auto answer = grade::answer_from(question, line);
      if (answer.value) return *answer.value;
      if (!terminal_ || tries == tries_max) {
        throw UsageError(
            fmt::format("{}: {}; nothing was committed", prediction.slug, answer.complaint));
      }
      fmt::print("  {}\n", answer.complaint);
    }
  }

 private:
  bool terminal_;
};

std::map<std::string, std::string> named_answers(const PredictOptions& options,
                                                 const std::vector<Prediction>& asked) {
  std::map<std::string, std::string> answers;
  std::vector<std::string> slugs;
  for (const auto& prediction : asked) slugs.push_back(prediction.slug);
  for (const auto& option : options.answers) {
    const auto equals = option.find('=');
    const std::string slug = option.substr(0, equals);
    if (equals == std::string::npos) {
      throw UsageError(
          fmt::format("--answer is SLUG=VALUE, not '{}'", base::printable_line(option, 60)));
    }
    if (!base::contains(slugs, slug)) {
      const auto meant = base::did_you_mean(slug, slugs);
      throw UsageError(fmt::format(
          "no prediction '{}' is to be answered{}", base::printable_line(slug, 60),
          meant ? fmt::format(": did you mean '{}'?", *meant) : ": it may be committed already"));
    }
    answers[slug] = option.substr(equals + 1);
  }
  return answers;
}

class Predicting {
 public:
  Predicting(const Context& context, const PredictOptions& options)
      : context_(context),
        options_(options),
        exercise_(context.exercise(options.exercise)),
        grader_(graders::make_grader(exercise_.slug)),
        commitments_(load_commitments(context, exercise_.slug, grader_.predictions)) {
    expect_level(exercise_, options.level);
    for (const auto& prediction : grader_.predictions) {
      const bool wanted = options.level.value_or(prediction.level) == prediction.level;
      if (wanted && exercise_.level(prediction.level) != nullptr) wanted_.push_back(prediction);
    }
    if (wanted_.empty()) {
      throw UsageError(
          fmt::format("{}{} has nothing to predict", exercise_.slug,
                      options.level ? fmt::format(", level {},", *options.level) : ""));
    }
  }

  int run() {
    std::vector<Prediction> open;
    for (const auto& prediction : wanted_) {
      if (commitment_of(prediction.level) == nullptr) open.push_back(prediction);
    }
    const auto typed = named_answers(options_, open);
    if (!open.empty()) commit(ask(open, typed));
    measure();
    fmt::print("{}", report::predictions(exercise_.title + ": what you predicted, and what it is",
                                         outcomes(), context_.out));
    return exit_code::passed;
  }

 private:
  const Commitment* commitment_of(int level) const {
    for (const auto& commitment : commitments_) {
      if (commitment.level == level) return &commitment;
    }
    return nullptr;
  }

  // By level.
  std::map<int, Commitment> ask(const std::vector<Prediction>& open,
                                const std::map<std::string, std::string>& typed) const {
    const std::uint64_t seed = seed_from(options_.seed);
    std::map<int, Commitment> fresh;
    const Answers answers;
    fmt::print(
        "Answers are committed together, after the last, and never change. Ctrl-C commits "
        "nothing.\n");
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto& prediction = open[i];
      const auto question = grade::question_of(prediction, seed);
      const auto heading = fmt::format("{} of {}, level {}: {}", i + 1, open.size(),
                                       prediction.level, prediction.slug);
      fmt::print("{}", report::prediction_question(heading, question, context_.out));
      const auto given = typed.find(prediction.slug);
      double value = 0;
      if (given == typed.end()) {
        value = answers.next(prediction, question);
      } else {
        const auto answer = grade::answer_from(question, given->second);
        if (!answer.value) {
          throw UsageError(fmt::format("--answer {}: {}; nothing was committed", prediction.slug,
                                       answer.complaint));
        }
        value = *answer.value;
      }
      fresh[prediction.level].answers[prediction.slug] = value;
      fresh[prediction.level].seed = seed;
    }
    return fresh;
  }

  void commit(const std::map<int, Commitment>& fresh) {
    const fs::path path = predictions_file(context_, exercise_.slug);
    std::string file = fs::exists(path) ? proc::read_file(path) : "";
    for (const auto& [level, answered] : fresh) {
      Commitment commitment = answered;
      commitment.level = level;
      commitment.at = utc_now();
      commitment.graded_before = first_points(context_.root, exercise_.slug, level);
      file =
          grade::with_commitment(std::move(file), exercise_.slug, commitment, grader_.predictions);
      commitments_.push_back(commitment);
    }
    grade::heed_interruptions();
    fs::create_directories(path.parent_path());
    proc::write_atomically(path, file);
    fmt::print("\ncommitted to {}\n\n", grade::shown(path));
    std::fflush(stdout);
  }

  // What can't be told is tried again the next time.
  void measure() {
    measured_ = load_measured(context_, exercise_.slug);
    auto builder = context_.builder();
    grade::Workbench reference(grade::find_solution(context_.root, exercise_, "reference"),
                               exercise_, grader_.contract_version, builder,
                               grade::heed_interruptions);
    ProgressLine progress(context_);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const auto* commitment = commitment_of(wanted_[i].level);
      if (commitment->answers.count(wanted_[i].slug) == 0) continue;
      auto& one = measured_[wanted_[i].slug];
      if (one.measured.value && one.seed == commitment->seed) continue;
      grade::heed_interruptions();
      progress.show("measuring " + wanted_[i].slug, i, wanted_.size());
      one.seed = commitment->seed;
      one.measured = grade::question_of(wanted_[i], one.seed).measure(reference);
    }
    save_measured(context_, exercise_.slug, measured_);
  }

  std::vector<report::PredictionOutcome> outcomes() const {
    std::vector<report::PredictionOutcome> outcomes;
    for (const auto& prediction : wanted_) {
      const auto& commitment = *commitment_of(prediction.level);
      const auto answer = commitment.answers.find(prediction.slug);
      if (answer == commitment.answers.end()) continue;
      outcomes.push_back({prediction.level, prediction.slug,
                          grade::question_of(prediction, commitment.seed), answer->second,
                          measured_.at(prediction.slug).measured, commitment.graded_before});
    }
    return outcomes;
  }

  const Context& context_;
  const PredictOptions& options_;
  const grade::Exercise exercise_;
  const grade::Grader grader_;
  std::vector<Commitment> commitments_;
  std::vector<Prediction> wanted_;
  MeasuredPredictions measured_;
};

}  // namespace

int predict(const Context& context, const PredictOptions& options) {
  return Predicting(context, options).run();
}

}  // namespace assay::cli
