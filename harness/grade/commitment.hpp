// What a learner has committed to: my/<slug>/predictions.toml. A level's answers are added to it
// all at once, and what is there is never changed. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "grade/prediction.hpp"

namespace assay::grade {

// The answers for one level.
struct Commitment {
  int level = 0;
  std::uint64_t seed = 0;     // of the questions
  std::string at;             // UTC, RFC 3339
  std::string graded_before;  // the run in which the level had points already: it is too late
  std::map<std::string, double> answers;  // by the prediction's slug

  bool counts() const { return graded_before.empty(); }
};

// What comes after `file`, which may be empty: the questions as comments, and their answers.
std::string with_commitment(std::string file, const std::string& exercise,
                            const Commitment& commitment,
                            const std::vector<Prediction>& predictions);

// Throws std::runtime_error that names the file (`where`) and what is wrong with it.
std::vector<Commitment> commitments_in(std::string_view file, const std::string& where,
                                       const std::vector<Prediction>& predictions);

}  // namespace assay::grade
