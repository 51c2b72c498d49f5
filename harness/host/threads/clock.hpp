// The clocks of threads under the scheduler: in a run time passes only with the waiting for it, so
// that a time-out comes at the same point every time. Between runs the clocks go on from there.
#pragma once

#include <ctime>

#include <cstdint>

namespace assay::host::threads {

void begin_virtual_time();
void end_virtual_time();

// When, on the run's clock, this moment is; it may have passed.
std::int64_t deadline_at(clockid_t clock, const timespec& moment);
std::int64_t deadline_in(const timespec& duration);

}  // namespace assay::host::threads
