// How many bytes a key costs: the growth of resident memory from a table with 10^5 keys to one with
// 10^6, each made for as many as it gets.
#pragma once

#include <memory>

#include "grade/check.hpp"

namespace assay::graders::rate_limiter {

std::unique_ptr<grade::Check> make_bytes_check(grade::CheckInfo info);

}  // namespace assay::graders::rate_limiter
