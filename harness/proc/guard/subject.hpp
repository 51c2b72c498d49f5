// The last steps between a supervisor's child and the subject's program.
#pragma once

#include "plan.hpp"

namespace assay::proc::guard {

// What went wrong before the program ran, sent through a pipe that its start closes.
struct StartReport {
  bool ours = false;  // our machine's fault, not the command's
  int error = 0;
  std::string text;
};

// In the child: takes on identity, limits and environment, and becomes the program; if it can't,
// writes a report into `reports` and exits.
[[noreturn]] void run_subject(const Plan& plan, int reports);

// In the supervisor, after that child's end: true if there is a report.
bool read_start_report(int reports, StartReport& report);

}  // namespace assay::proc::guard
