// An exercise as its exercise.toml describes it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace assay::grade {

struct Level {
  int number = 0;
  std::string title;
  int minutes = 0;
  double points = 0;
  std::string protocol;                // script, threads (script for C++ only), http…
  std::vector<std::string> languages;  // for which `assay start` has a skeleton
  std::string python_file;             // of a solution's folder, that is run: "solution.py"
  // What a program needs to start at all, when it is only tried.
  std::map<std::string, std::string> environment;
  double grading_seconds_max = 0;
  std::vector<std::string> packages;   // Debian's, that its checks need and nothing else
  std::vector<std::string> hints;      // each says more than the one before
  std::vector<std::string> questions;  // that an interviewer asks once it is solved
};

// A way through the levels that leaves checks out: what an interview has time for.
struct Track {
  std::string name;
  std::string title;
  int minutes = 0;
  std::vector<std::string> checks;  // by slug
};

struct Exercise {
  std::string slug;
  std::filesystem::path folder;
  std::string title;
  int question = 0;  // one of the twelve
  std::string summary;
  bool draft = false;
  std::vector<std::string> libraries;  // that solutions may use, as "hiredis"
  std::vector<Level> levels;
  std::vector<Track> tracks;

  const Level* level(int number) const;
  const Track* track(std::string_view name) const;
};

// Every exercise in `root`/exercises, by question. Throws std::runtime_error with file, line,
// reason.
std::vector<Exercise> load_exercises(const std::filesystem::path& root);

}  // namespace assay::grade
