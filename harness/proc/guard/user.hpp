// Who the subject runs as. As root that is a user of its own, which no process has and no other
// cell on this machine can take while this one lives; otherwise it is the user of the grader.
#pragma once

#include <sys/types.h>

#include "system.hpp"

namespace assay::proc::guard {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  bool own = false;
  Descriptor claim;  // an abstract socket named after the uid: gone with the guard
};

User choose_user();  // throws Failure

// Gives up every privilege for good: identity, groups and capabilities. Throws Failure.
void become(const User& user);

// Tasks (processes and threads) of a user on this machine, as RLIMIT_NPROC counts them.
long tasks_of(uid_t uid);

}  // namespace assay::proc::guard
