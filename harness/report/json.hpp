// The stored form of a scorecard: the document `assay-result/1` (docs/results.md). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "grade/scorecard.hpp"

namespace assay::report {

// Indented by two spaces, keys always in the same order, valid UTF-8 whatever a subject printed,
// ends with a line end. from_json(to_json(card)) gives the same document again, byte for byte.
std::string to_json(const grade::Scorecard& card);

// One chart, as it is part of that document.
std::string chart_json(const grade::Chart& chart);

// Keys that are not known are ignored. Throws std::runtime_error that names the key.
grade::Scorecard from_json(std::string_view document);

}  // namespace assay::report
