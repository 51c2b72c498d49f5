// The tier of namespaces: what the machine looks like from inside.
#pragma once

#include <array>

#include "plan.hpp"

namespace assay::proc::guard {

// There, a cell has these to itself.
inline constexpr std::array<const char*, 3> kTemporaryFolders = {"/dev/shm", "/tmp", "/var/tmp"};

// For fork_with(): the namespaces that a supervisor is born into, besides the guard's network.
unsigned long namespace_flags();

// Called by that supervisor, as process 1: a file system that is read-only but for the folder, with
// a /proc and temporary folders of its own. Throws Failure.
void enter_view(const Plan& plan);

}  // namespace assay::proc::guard
