// The scorecard on a terminal. Pure functions; every text is made harmless first.
#pragma once

#include <string>

#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

// The first failing check is told in full and the others in brief; Detail::all tells all in full.
enum class Detail { first, all };
std::string scorecard(const grade::Scorecard& card, const Style& style,
                      Detail detail = Detail::first);

// One check in full, from its heading to the command that replays it.
std::string check_story(const grade::CheckResult& check, const Style& style);

}  // namespace assay::report
