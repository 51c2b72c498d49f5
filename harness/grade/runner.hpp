// Runs checks and adds them up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "grade/check.hpp"
#include "grade/exercise.hpp"
#include "grade/scorecard.hpp"

namespace assay::grade {

struct Run {
  std::vector<CheckResult> checks;
  std::map<std::string, Evidence> evidence;  // by the check's slug
};

// Called before each check.
using Progress = std::function<void(const CheckInfo&, std::size_t index, std::size_t count)>;

// A check that fails for a reason of ours has the verdict error, and the rest goes on.
// Throws Interrupted.
Run run_checks(const Grader& grader, const std::vector<CheckInfo>& checks, Workbench& workbench,
               std::uint64_t seed, const Progress& progress);

// The verdicts again, from evidence.
// Checks without evidence, which nobody attempted, are left out.
std::vector<CheckResult> judge_again(const Grader& grader, const std::vector<CheckInfo>& checks,
                                     const std::map<std::string, Evidence>& evidence);

// Fills score, max_score, complete, seconds and levels from card.checks.
void add_up(const Exercise& exercise, const std::vector<CheckInfo>& all_checks, Scorecard& card);

}  // namespace assay::grade
