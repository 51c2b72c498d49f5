// What a round shows, and how one that fails is told. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "grade/interleaving_check.hpp"

namespace assay::grade {

struct FailedRound {
  std::size_t exchange = 0;
  std::string asked;
  Program program;
  std::optional<RoundReport> report;  // none if the subject ended first
  std::string trouble;                // why it ended
  RoundViolation violation;
  bool worth_shrinking = true;  // there is something to learn from a smaller one
};

// Nothing if the round is right, or was never performed because the subject had ended before.
std::optional<FailedRound> judge_round(const InterleavingCheck& check, const Conversation& talk,
                                       std::size_t exchange);

// Operations but for the one that makes what is tested.
std::int64_t operations_in(const Program& program);

using CodePlaces = std::map<std::string, std::string>;  // file and line, by offset

// Fills reason, situation, steps and where.
void tell_round(const InterleavingCheck& check, const FailedRound& failure,
                const CodePlaces& places, CheckResult& result);

}  // namespace assay::grade
