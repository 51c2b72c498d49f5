// The tier of namespaces: what the machine looks like from inside.
#pragma once

#include <array>

#include "plan.hpp"

namespace assay::proc::guard {

// There, a cell has these to itself.
inline constexpr std::array<const char*, 3> kTemporaryFolders = {"/dev/shm", "/tmp", "/var/tmp"};

// For fork_with(): the namespaces that a supervisor is born into.
unsigned long namespace_flags();

// Called by that supervisor, as process 1: a file system that is read-only but for the folder, with
// a /proc and temporary folders of its own, and a network that reaches itself only. Throws Failure.
void enter_view(const Plan& plan, uid_t outer_uid, gid_t outer_gid);

}  // namespace assay::proc::guard
