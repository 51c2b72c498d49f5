// All graders, found by the build (cmake/Exercises.cmake).
#pragma once

#include <string_view>

#include "grade/check.hpp"

namespace assay::graders {

// The grader of an exercise; throws std::invalid_argument if there is no such exercise.
grade::Grader make_grader(std::string_view slug);

}  // namespace assay::graders
