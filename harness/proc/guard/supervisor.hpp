// The process between guard and subject: it starts the subject, watches its memory, ends all that
// it started, and reports. In the tier of namespaces it is process 1, so that its own end is
// theirs.
#pragma once

#include "plan.hpp"
#include "sweep.hpp"

namespace assay::proc::guard {

// Forks it. `link` is its end of a SOCK_SEQPACKET pair: it reads `stop`, `memory`, `signal`, and
// the guard's death; it writes `ended` or `broken`, once. `guard_link` is the other end. Throws
// Failure.
pid_t start_supervisor(const Plan& plan, int link, int guard_link);

}  // namespace assay::proc::guard
