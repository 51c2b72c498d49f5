#include "grade/runner.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace assay::grade {
namespace {

constexpr const char* performance = "performance";

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

CheckResult unjudged(const CheckInfo& check, Verdict verdict, const std::string& reason) {
  CheckResult result = blank_result(check);
  result.verdict = verdict;
  result.reason = reason;
  return result;
}

// Fast and wrong scores nothing: speed counts where nothing else of the level failed.
std::optional<CheckResult> spoilt(const CheckInfo& info, const std::vector<CheckResult>& before) {
  if (info.category != performance) return std::nullopt;
  for (const auto& result : before) {
    const bool counts_here = result.level == info.level && result.category != performance;
    if (!counts_here || result.verdict != Verdict::fail) continue;
    return unjudged(
        info, Verdict::fail,
        "not measured: speed and size count once the level is right, and " + result.id + " fails");
  }
  return std::nullopt;
}

// What a program in another language answers to the first operation, at a level that it has nothing
// for (docs/protocols.md). A host of ours knows them all.
bool has_nothing_for(const Evidence& evidence) {
  if (evidence.conversations.empty() || evidence.conversations[0].exchanges.empty()) return false;
  const auto& said = evidence.conversations[0].exchanges[0].answered;
  return said && said->find("error unknown operation") != std::string::npos;
}

CheckResult run_check(const Check& check, Workbench& workbench, std::uint64_t seed,
                      Evidence& evidence) {
  if (const auto why = workbench.left_out_of(check.info().level)) {
    return unjudged(check.info(), Verdict::not_attempted, *why);
  }
  try {
    evidence = check.collect(workbench, seed);
    if (workbench.solution().info.language != "c++" && has_nothing_for(evidence)) {
      evidence = {};
      return unjudged(check.info(), Verdict::not_attempted,
                      "the program doesn't know this level's operations");
    }
    return check.judge(evidence);
  } catch (const DoesNotBuild& error) {
    auto result = unjudged(check.info(), Verdict::fail, "does not build as this check needs it");
    result.output = error.what();
    return result;
  } catch (const std::exception& error) {
    return unjudged(check.info(), Verdict::error, error.what());
  }
}

}  // namespace

Run run_checks(const Grader& grader, const std::vector<CheckInfo>& checks, Workbench& workbench,
               std::uint64_t seed, const Progress& progress) {
  Run run;
  for (const auto& info : checks) {
    heed_interruptions();
    progress(info, run.checks.size(), checks.size());
    const auto began = std::chrono::steady_clock::now();
    const auto built_before = workbench.build_time();
    auto result = spoilt(info, run.checks);
    if (!result) {
      result = run_check(*grader.named(info.slug), workbench, seed, run.evidence[info.slug]);
    }
    run.checks.push_back(std::move(*result));
    // A flavour that had to be built is not this check's own time.
    run.checks.back().seconds =
        seconds(std::chrono::steady_clock::now() - began - (workbench.build_time() - built_before));
  }
  return run;
}

std::vector<CheckResult> judge_again(const Grader& grader, const std::vector<CheckInfo>& checks,
                                     const std::map<std::string, Evidence>& evidence) {
  std::vector<CheckResult> results;
  for (const auto& check : checks) {
    const auto found = evidence.find(check.slug);
    if (auto result = spoilt(check, results)) {
      results.push_back(std::move(*result));
    } else if (found != evidence.end() && !found->second.conversations.empty()) {
      results.push_back(grader.named(check.slug)->judge(found->second));
    }
  }
  return results;
}

void add_up(const Exercise& exercise, const std::vector<CheckInfo>& all_checks, Scorecard& card) {
  card.score = card.max_score = card.seconds = 0;
  card.complete = true;
  card.levels.clear();
  for (const auto& level : exercise.levels) {
    const bool graded = std::any_of(card.checks.begin(), card.checks.end(),
                                    [&](const auto& check) { return check.level == level.number; });
    if (!graded) continue;
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
