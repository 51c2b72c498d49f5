// Small helpers around system calls, for a program that links with nothing but the C++ library.
// The guard is single-threaded throughout, and so is everything in this folder.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/descriptor.hpp"

namespace assay::proc::guard {

using net::Descriptor;

// What was attempted, and why it did not work.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "mount a new /proc: Operation not permitted", from errno.
[[noreturn]] void fail(const std::string& attempted);

inline void require(bool worked, const std::string& attempted) {
  if (!worked) fail(attempted);
}

// The first few kilobytes of a file in /proc; empty if there is none.
std::string read_text(const std::string& path);
void write_text(const std::string& path, std::string_view content);  // throws Failure

// Names in a folder but "." and ".."; none if it can't be read.
std::vector<std::string> names_in(const std::string& folder);

// The number in a name or after a heading such as "VmRSS:"; -1 if there is none.
long number_in(std::string_view text);
long field_of(std::string_view status, std::string_view heading);

// Processes of this view of /proc.
std::vector<pid_t> all_processes();

// Forks without a stack of its own, with namespace flags. Like fork().
pid_t fork_with(unsigned long flags);

// Waits until a descriptor is readable or closed; false at the time-out.
bool wait_readable(int descriptor, int timeout_ms);

}  // namespace assay::proc::guard
