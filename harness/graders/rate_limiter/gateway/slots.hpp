// The checks of a gateway's slots: how many of a key's requests it has at once, and whether it gets
// each slot back.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_at_once_check(grade::CheckInfo info);
std::unique_ptr<grade::Check> make_leaks_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
