// Copies whose every text is safe to print: nothing that came from a submission reaches a terminal
// raw, or fills it. Each terminal report passes its input through here first. Pure functions; doing
// it twice changes nothing.
#pragma once

#include "grade/scorecard.hpp"
#include "report/style.hpp"

namespace assay::report {

grade::Timeline printable(const grade::Timeline& timeline, const Style& style);
grade::CheckResult printable(const grade::CheckResult& check, const Style& style);
grade::Scorecard printable(const grade::Scorecard& card, const Style& style);

}  // namespace assay::report
