// What is graded: the learner's own, the reference, the stub, any folder or file, or any program.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "grade/conversation.hpp"
#include "grade/exercise.hpp"
#include "grade/scorecard.hpp"
#include "proc/builder.hpp"

namespace assay::grade {

struct Solution {
  SolutionInfo info;
  std::map<std::string, std::string> sources;          // c++: by name
  std::map<std::string, std::filesystem::path> files;  // python: put into the cell
};

// `wanted` is empty (the learner's own), "reference", "stub", or a path as the user typed it.
// Throws std::runtime_error in plain words, with what to do.
Solution find_solution(const std::filesystem::path& root, const Exercise& exercise,
                       const std::string& wanted);

// A command line, run by the shell in the current folder.
Solution exec_solution(const std::string& command);

struct Readied {
  std::optional<SubjectSpec> subject;  // nothing if it did not build
  proc::Build build;
};

// Builds what has to be built. Calls `pause` now and then: it may throw to interrupt.
Readied ready(const Solution& solution, const Exercise& exercise, int contract_version,
              proc::Builder& builder, const std::function<void()>& pause,
              proc::Flavour flavour = proc::Flavour::plain);

// `path` as seen from the current folder, if that is shorter to read.
std::string shown(const std::filesystem::path& path);

}  // namespace assay::grade
