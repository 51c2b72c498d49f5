// The processes that a subject has started: their memory, signals to all of them, and their end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>

#include "user.hpp"

namespace assay::proc::guard {

// How everything of a subject, and nothing else, is reached by a signal at one stroke.
enum class Reach {
  everyone,     // whoever this process can signal at all: as process 1, or confined by Landlock
  user,         // whoever runs as the subject's own user
  descendants,  // no such stroke: children are looked up one by one, stopped, then killed
};

struct Sweeper {
  Reach reach = Reach::descendants;
  const User* user = nullptr;

  // Ends and reaps all children, and theirs, of this process, which must be process 1 or a
  // subreaper. False if some were left when a limit was reached.
  bool sweep() const;

  // One signal to all of them.
  void strike(int signal) const;

  // Stops all of them, and waits until they are stopped. What is in an uninterruptible wait of the
  // kernel's (a disk's, or for a child of vfork()) stops as that ends, so the waiting has a limit.
  void hold() const;
};

// The processes beneath this one.
std::set<pid_t> descendants();

// Memory that they hold, without pages of files.
std::uint64_t memory_of_descendants();

// Whether descendants can be found where they are not all of /proc.
bool can_list_descendants();

}  // namespace assay::proc::guard
