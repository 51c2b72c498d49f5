// Judges a limiter's answers against all that are legal: every legal way to treat the clock is a
// model, those that disagree with an answer are dropped, and an answer is wrong when none is left.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graders/rate_limiter/limiter/model.hpp"

namespace assay::graders::rate_limiter {

// A decision is compared in the parts that a check is about. Admission always counts.
struct Aspects {
  bool remaining = false;
  bool retry_after = false;
};

// How `came` breaks the requirement "answers as expected", or nothing.
std::optional<std::string> difference(const Decision& expected, const std::optional<Decision>& came,
                                      Aspects aspects);

// What a wrong answer is measured by.
struct Ruling {
  std::size_t index = 0;        // of the call
  std::string difference;       // to the nearest of the legal answers
  Way way;                      // which gives that one
  std::vector<Decision> legal;  // all that would have been right, the nearest first
};

// The first wrong answer; but a wrong admission, wherever it is, goes before a wrong number, since
// it says more. There may be fewer answers than calls.
std::optional<Ruling> first_wrong(const Policy& policy, const std::vector<Call>& calls,
                                  const std::vector<std::optional<Decision>>& answers,
                                  Aspects aspects);

}  // namespace assay::graders::rate_limiter
