// What is graded: the learner's own, the reference, the stub, any folder or file, or any program.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "grade/exercise.hpp"
#include "grade/scorecard.hpp"

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

// The starting points in a language (c++ or python), by the name that each has in a learner's
// folder: stub.cpp is solution.cpp there, and stub_<name>.cpp, of a later level, is <name>.cpp.
std::map<std::string, std::filesystem::path> stub_files(const Exercise& exercise,
                                                        const std::string& language = "c++");

// A command line, run by the shell in the current folder.
Solution exec_solution(const std::string& command);

// `path` as seen from the current folder, if that is shorter to read.
std::string shown(const std::filesystem::path& path);

}  // namespace assay::grade
