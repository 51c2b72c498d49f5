// How much a limiter admitted within one window, wherever it starts: the number by which its
// algorithm is told from the others. Pure.
#pragma once

#include <cstdint>

#include "graders/rate_limiter/limiter/retell.hpp"

namespace assay::graders::rate_limiter {

// The largest sum of admitted costs, of one key, in any stretch of one window (of a bucket: of the
// time in which it fills), whose end does not belong to it. The clock only goes forward.
double admitted_in_worst_window(const Played& played);

}  // namespace assay::graders::rate_limiter
