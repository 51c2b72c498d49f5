// Runs a program in an empty folder and logs what it does to the files there, in the order in which
// it does it: the kernel stops it at those calls (seccomp, ptrace), one thread at a time. Threads
// and processes that it starts are followed. It needs no privilege.
//
// Syncs are answered without being made: a program that is only killed loses nothing, and so a run
// costs the same on every disk. What a sync would cost can be given.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "fault/disk/log.hpp"

namespace assay::disk {

struct RecordOptions {
  std::string command;           // for /bin/sh
  std::filesystem::path folder;  // empty, where it runs
  std::filesystem::path input;   // its standard input
  std::chrono::milliseconds limit{60'000};
  std::function<bool()> stopped = [] { return false; };  // ends it early: Interrupted

  std::chrono::nanoseconds sync_cost{0};    // what each sync takes
  std::optional<std::size_t> failing_sync;  // the sync, from 1, that fails with EIO
  std::optional<std::int64_t> disk_bytes;   // writes beyond fail with ENOSPC
  bool short_writes = false;                // every other write takes half of its bytes
  std::optional<std::size_t> killed_after;  // so many steps: the folder stays as it is then
  bool stack_when_killed = false;           // of the thread that made the last: see Log::stack
};

// Programs can't be traced here: ptrace is denied, or another tracer has this process.
class TracingUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RecordingInterrupted : public std::runtime_error {
 public:
  RecordingInterrupted() : std::runtime_error("interrupted") {}
};

// One thread, and one run at a time in a process, which has no other children meanwhile: it waits
// for all of them. Throws TracingUnavailable, RecordingInterrupted, and std::system_error if the
// program can't be started.
Log record(const RecordOptions& options);

}  // namespace assay::disk
