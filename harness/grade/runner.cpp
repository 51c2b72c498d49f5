#include "grade/runner.hpp"

#include <chrono>

namespace assay::grade {
namespace {

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

CheckResult error_result(const CheckInfo& check, const std::string& reason) {
  CheckResult result;
  result.id = check.id;
  result.slug = check.slug;
  result.level = check.level;
  result.title = check.title;
  result.category = check.category;
  result.max_points = check.points;
  result.verdict = Verdict::error;
  result.reason = reason;
  return result;
}

}  // namespace

Run run_checks(const Grader& grader, const std::vector<CheckInfo>& checks,
               const SubjectSpec& subject, std::uint64_t seed, const Progress& progress) {
  Run run;
  for (const auto& check : checks) {
    heed_interruptions();
    progress(check, run.checks.size(), checks.size());
    const auto began = std::chrono::steady_clock::now();
    try {
      const Evidence& evidence = run.evidence[check.slug] = grader.collect(check, subject, seed);
      run.checks.push_back(grader.judge(check, evidence));
    } catch (const std::exception& error) {
      run.checks.push_back(error_result(check, error.what()));
    }
    run.checks.back().seconds = seconds_since(began);
  }
  return run;
}

std::vector<CheckResult> judge_again(const Grader& grader, const std::vector<CheckInfo>& checks,
                                     const std::map<std::string, Evidence>& evidence) {
  std::vector<CheckResult> results;
  for (const auto& check : checks) {
    const auto found = evidence.find(check.slug);
    if (found != evidence.end()) results.push_back(grader.judge(check, found->second));
  }
  return results;
}

void add_up(const Exercise& exercise, const std::vector<CheckInfo>& all_checks, Scorecard& card) {
  card.score = card.max_score = card.seconds = 0;
  card.complete = true;
  card.levels.clear();
  for (const auto& level : exercise.levels) {
    card.levels.push_back({level.number, level.title, level.minutes, 0, 0, 0});
    LevelResult& sum = card.levels.back();
    for (const auto& check : all_checks)
      sum.all_points += check.level == level.number ? check.points : 0;
    for (const auto& check : card.checks) {
      if (check.level != level.number || !counts(check.verdict)) continue;
      sum.points += check.points;
      sum.max_points += check.max_points;
    }
    card.score += sum.points;
    card.max_score += sum.max_points;
  }
  for (const auto& check : card.checks) {
    card.seconds += check.seconds;
    if (!counts(check.verdict)) card.complete = false;
  }
}

}  // namespace assay::grade
