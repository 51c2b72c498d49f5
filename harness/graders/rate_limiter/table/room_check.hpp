// The check of a table's room, with one caller: exact answers, and nobody forgotten too early.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_room_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
