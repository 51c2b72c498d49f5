// Draws an explanation: a bar for each operation, from its call to its return, one below the other.
#pragma once

#include <string>

#include "check/history.hpp"
#include "check/verdict.hpp"

namespace assay::check {

// An SVG document by itself, for light and dark surroundings.
std::string picture_of(const History& history, const Explanation& explanation);

}  // namespace assay::check
