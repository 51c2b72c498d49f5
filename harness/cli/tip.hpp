// What helps most next, after a grading and after a level. Pure functions, but for what prints.
#pragma once

#include <string>

#include "cli/context.hpp"
#include "grade/exercise.hpp"
#include "grade/scorecard.hpp"

namespace assay::cli {

// As a command.
std::string tip_for(const grade::Scorecard& card);

// The level after this one that can be solved in a language; null if there is none.
const grade::Level* next_level(const grade::Exercise& exercise, int level,
                               const std::string& language);
void print_next_level(const Context& context, const std::string& slug, const grade::Level& next);

}  // namespace assay::cli
