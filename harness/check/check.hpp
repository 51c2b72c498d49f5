// The way in: a history and the name of what it should be, and whether it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/models.hpp"
#include "check/verdict.hpp"

namespace assay::check {

// "register", "token-bucket:capacity=10,interval_ns=1000000", "sequential:type=queue",
// "bounded-staleness:ms=100". A type by itself means that the history has to be linearizable.
struct Choice {
  std::string name;  // empty: what the history says of itself, or linearizable
  std::string type;  // empty: what the history's operations fit
  Parameters parameters;
};

// All names that a choice can have, each with what it means in a few words.
struct Named {
  std::string_view name;
  std::string_view meaning;
};
std::vector<Named> choices();

// Throws std::invalid_argument, with what is wrong and what was probably meant.
Choice parse_choice(std::string_view text);

struct Judgement {
  Verdict verdict;
  std::string model;               // in full: "linearizable register"
  std::optional<History> shifted;  // what was judged instead, if reads were moved for it
};

// Throws HistoryError where the history isn't one of the chosen type's, and std::invalid_argument
// where the choice that a history makes for itself can't be understood.
Judgement check(const History& history, const Choice& choice, const Budget& budget, bool explain);

}  // namespace assay::check
