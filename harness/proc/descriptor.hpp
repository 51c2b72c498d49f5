// Owned file descriptors, and the errors of calls on them.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "net/descriptor.hpp"
#include "proc/cell.hpp"

namespace assay::proc {

using net::Descriptor;

// Throws "put main.cpp into the cell: No space left on device", from errno.
[[noreturn]] inline void fail(const std::string& attempted) {
  throw CellError(attempted + ": " + std::strerror(errno));
}

inline void require(bool worked, const std::string& attempted) {
  if (!worked) fail(attempted);
}

}  // namespace assay::proc
