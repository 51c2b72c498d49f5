// One check on a page: a line that opens to its story. Pure.
#pragma once

#include "grade/scorecard.hpp"
#include "report/html/markup.hpp"

namespace assay::report {

// `anchor` is unique on the page; `opened`: its story is in view from the start.
void add_check(Markup& page, const grade::CheckResult& check, const std::string& anchor,
               bool opened);

// "fail", as a class of the style sheet; "not-attempted".
std::string kind_of(grade::Verdict verdict);

}  // namespace assay::report
