// The story of one check, as lines: what was done, expected and seen, and what to do about it.
// Pure functions of checks that are already printable().
#pragma once

#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

// ✓ ✗ ? ~ – ! by verdict, in its colour.
std::string mark_of(grade::Verdict verdict, const Style& style);

std::vector<std::string> full_story(const grade::CheckResult& check, const Style& style);
std::vector<std::string> brief_story(const grade::CheckResult& check, const Style& style);

// One line for a check of which another's story tells all: "as 1.1".
std::vector<std::string> same_story(const grade::CheckResult& check, const std::string& as,
                                    const Style& style);

// left, and right at the right margin; on a line of its own where both don't fit.
std::vector<std::string> at_both_margins(const std::string& left, const std::string& right,
                                         const Style& style);

}  // namespace assay::report
