// The designs that a level's solutions are compared with: the reference (reference/<slug>/
// design.toml) and the variants (tests/<slug>/variants/*/variant.toml), each in its author's words.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "grade/exercise.hpp"
#include "grade/solution.hpp"

namespace assay::grade {

struct Design {
  std::string name;       // "reference", or a variant's
  std::string where;      // as find_solution() takes it
  std::string design;     // in a few words
  std::string trade_off;  // in two sentences
};

struct Designs {
  std::string source;           // a level's own file of a solution that has one for each level
  std::vector<Design> designs;  // the reference first, then the variants by name
};

// Throws std::runtime_error for a file that is damaged or lacks its texts.
Designs designs_of(const std::filesystem::path& root, const Exercise& exercise, int level);

// Lines of code without blank ones and comments: of `source` and the headers of its own that it
// includes; of all files, if there is none of that name.
int code_lines(const Solution& solution, const std::string& source);

}  // namespace assay::grade
