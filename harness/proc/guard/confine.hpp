// What a process can give up for itself and all its children, without any privilege.
#pragma once

#include <string>
#include <vector>

namespace assay::proc::guard {

// The version of Landlock in this kernel; 0 without it. Signals are confined from version 6 on.
int landlock_version();
inline constexpr int kLandlockSignals = 6;
inline constexpr int kLandlockTruncate = 3;

// From now on this process and its children write beneath `folder` and to /dev/null and the like
// only, and can't inspect processes outside. Throws Failure.
void confine_to(const std::string& folder, bool terminal);

// From now on: no new user namespaces, no kernel keyrings, no input pushed into a terminal, no
// memory or System V objects that belong to no process (the latter only if they could outlive the
// cell). False where filters of system calls can't be had. Needs no_new_privs.
bool filter_system_calls(bool shares_ipc);

}  // namespace assay::proc::guard
