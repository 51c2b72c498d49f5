// All graders, found by the build (cmake/Exercises.cmake).
#pragma once

#include <memory>
#include <string_view>

#include "grade/grader.hpp"

namespace assay::graders {

// The grader of an exercise, or null if there is no such exercise.
std::unique_ptr<grade::Grader> make_grader(std::string_view slug);

}  // namespace assay::graders
