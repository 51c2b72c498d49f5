// What a learner has reached, kept in .assay/progress.json: best scores, hints taken, and whether
// the reference was opened.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace assay::cli {

struct ExerciseProgress {
  std::map<int, double> best_points;  // of each level that was graded as a whole
  std::map<int, int> hints_used;      // by level
  bool reference_opened = false;

  double best() const;  // the levels together
  int hints_used_in_all() const;
};

using Progress = std::map<std::string, ExerciseProgress>;  // by slug

// A missing file is no progress. Throws UsageError for a damaged one.
Progress load_progress(const std::filesystem::path& root);
void save_progress(const std::filesystem::path& root, const Progress& progress);

}  // namespace assay::cli
