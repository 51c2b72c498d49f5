// The folder of runs, .assay/runs: each run's result, its evidence and what the subject printed.
// A run appears whole or not at all.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "grade/evidence.hpp"
#include "grade/scorecard.hpp"

namespace assay::cli {

struct StoredRun {
  std::filesystem::path folder;
  grade::Scorecard card;
  std::map<std::string, grade::Evidence> evidence;  // by the check's slug
};

// "./assay replay r-0001 1.2" for a failure that there is evidence of; otherwise empty.
std::string replay_command(const std::string& run, const grade::CheckResult& check,
                           const std::map<std::string, grade::Evidence>& evidence);

// Gives the run its id ("r-0001"), puts it into the commands that `card` names (`tip_for` says what
// to do next), and stores it. The oldest runs beyond a limit go. Throws std::runtime_error.
void save_run(const std::filesystem::path& root, grade::Scorecard& card,
              const std::map<std::string, grade::Evidence>& evidence,
              std::string (*tip_for)(const grade::Scorecard&));

// The learner's own runs of an exercise that are kept, the newest first; damaged ones are left out.
std::vector<grade::Scorecard> own_runs(const std::filesystem::path& root, const std::string& slug);

// The first of them that earned points at a level, or nothing. A stub's run doesn't.
std::string first_points(const std::filesystem::path& root, const std::string& slug, int level);

// `name` is an id, a number, "last", or a folder. Throws UsageError.
StoredRun load_run(const std::filesystem::path& root, const std::string& name);

}  // namespace assay::cli
