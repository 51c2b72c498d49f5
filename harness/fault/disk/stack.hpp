// Where a thread is, as its programmer knows it: gdb is asked.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace assay::disk {

// The frames for which there is debug information, the innermost first: "append() at log.cpp:27".
// The thread must be stopped, and traced by nobody. Empty without gdb.
std::vector<std::string> stack_of(pid_t thread, const std::function<bool()>& stopped);

// From what gdb prints.
std::vector<std::string> frames_in(const std::vector<std::string>& lines);

}  // namespace assay::disk
