// What a command line that can't be understood was probably meant to be. Pure, but for a look at
// whether a word names a file. Stateless, so thread-safe.
#pragma once

#include <string>
#include <vector>

namespace assay::cli {

// A command with words that it has no place for.
struct ExtraWords {
  std::string command;             // "grade"
  std::string first;               // the word that it does take, as an exercise; perhaps empty
  std::vector<std::string> extra;  // at least one
};

// What to write instead, as the end of a sentence: "did you mean './assay grade x --level 3'?"
// Empty if it can't be guessed.
std::string instead_of(const ExtraWords& words);

// In plain words what a parser of options says in its own: "--level takes a whole number, not 'x'".
std::string plainly(const std::string& complaint);

}  // namespace assay::cli
