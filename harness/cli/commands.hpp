// The subcommands. Each returns its exit code; main.cpp binds them to the command line and turns
// exceptions into messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "grade/scorecard.hpp"
#include "grade/solution.hpp"

namespace assay::cli {

struct GradeOptions {
  std::string exercise;
  std::string solution;  // empty: the learner's own
  std::string exec;
  std::optional<int> level;
  std::string track;  // empty: no
  std::string only;   // a check's id or slug
  std::string seed;   // empty: a fresh one
  bool json = false;
  std::string html;  // where to write the page; empty: nowhere
  bool verbose = false;
  bool thorough = false;
};

struct StartOptions {
  std::string exercise;
  std::string language = "c++";
  bool force = false;
};

struct RunOptions {
  std::string run = "last";
  std::string check;
  bool debug = false;
  bool json = false;
};

struct ReportOptions {
  std::vector<std::string> runs{"last"};
  std::string output;  // empty: beside the first run's result
};

struct PredictOptions {
  std::string exercise;
  std::optional<int> level;
  std::vector<std::string> answers;  // "SLUG=VALUE"
  std::string seed;                  // empty: a fresh one
};

struct CompareOptions {
  std::string exercise;
  std::optional<int> level;  // the highest that passes by default
  std::string seed;          // empty: a fresh one
  bool json = false;
};

int list(const Context& context, bool json);
int list_slugs(const Context& context);
int show(const Context& context, const std::string& exercise, bool reference);
int start(const Context& context, const StartOptions& options);
int grade(const Context& context, const GradeOptions& options);
int play(const Context& context, const GradeOptions& options);
int watch(const Context& context, const GradeOptions& options);
int hint(const Context& context, const std::string& exercise, std::optional<int> level);
int predict(const Context& context, const PredictOptions& options);
int compare(const Context& context, const CompareOptions& options);
int replay(const Context& context, const RunOptions& options);
int judge(const Context& context, const RunOptions& options);
int report(const Context& context, const ReportOptions& options);
int doctor(const Context& context, bool json);
int make_new(const Context& context, const std::string& slug);

// What --solution or --exec names. Throws UsageError.
grade::Solution solution_for(const Context& context, const grade::Exercise& exercise,
                             const GradeOptions& options);

// Builds, runs and stores; nothing if it did not build, which has then been said on stderr.
std::optional<grade::Scorecard> grade_once(const Context& context, const GradeOptions& options);

}  // namespace assay::cli
