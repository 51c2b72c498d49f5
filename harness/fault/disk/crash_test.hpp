// What a power loss costs a program: it is run once, and its disk is made as it would be after each
// moment of the run. What it had promised by then has to be there when it is asked.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fault/disk/audit.hpp"
#include "fault/disk/log.hpp"
#include "fault/disk/recorder.hpp"
#include "fault/disk/survival.hpp"

namespace assay::disk {

struct CrashOptions {
  std::string command;                // for /bin/sh, as the audit
  std::vector<std::string> workload;  // lines of the program's standard input
  std::string acked;                  // a regular expression (ECMAScript): see acknowledged()
  std::string audit;                  // prints what survived, in the disk's folder
  std::vector<Mode> modes{Mode::drop_all, Mode::torn, Mode::reordered};
  std::size_t points = 1'000;  // disks at most, in all modes together
  std::uint64_t seed = 1;
  std::chrono::milliseconds limit{60'000};        // of a run
  std::chrono::milliseconds audit_limit{10'000};  // of one
  std::chrono::milliseconds shrink_time{10'000};
  std::function<bool()> stopped = [] { return false; };
  std::function<void(std::size_t, std::size_t)> progress = [](std::size_t, std::size_t) {};
  std::chrono::nanoseconds sync_cost{0};
  std::optional<std::size_t> failing_sync;
  std::optional<std::int64_t> disk_bytes;
  bool short_writes = false;
};

// A line that the program printed, and the steps after which it had.
struct Acknowledgement {
  std::string record;  // what the audit has to print: the expression's first group, or the line
  std::size_t step = 0;
};

std::vector<Acknowledgement> acknowledged(const Log& log, const std::string& expression);

// Something acknowledged that is gone.
struct Loss {
  Log log;  // of the shortest workload that shows it
  std::vector<std::string> workload;
  Mode mode = Mode::drop_all;
  std::size_t point = 0;  // power is lost after so many steps
  std::uint64_t seed = 0;
  Acknowledgement gone;
  Audit audit;
  std::vector<std::string> stack = {};  // of what carried it, if it is known: see stack_behind()
};

struct CrashResult {
  enum class Verdict { nothing_lost, lost, cant_judge };
  Verdict verdict = Verdict::cant_judge;
  std::string reason;  // of what can't be judged
  std::string ending;  // of the program, if it wasn't by exit 0
  LogCounts counts;
  std::size_t acknowledged = 0;
  std::chrono::nanoseconds run_time{0};  // of the program, traced
  std::size_t points = 0;                // moments of the run, in all modes
  std::size_t visited = 0;               // of them; disks that are the same are audited once
  std::size_t audits = 0;
  std::chrono::nanoseconds audit_time{0};
  std::optional<Loss> loss;
};

// Throws TracingUnavailable, RecordingInterrupted, std::regex_error, std::system_error and
// std::filesystem::filesystem_error.
CrashResult crash_test(const CrashOptions& options);

// Where the program was when it made that step of the loss's log: it is run once more. Empty if it
// makes another one then, or has no debug information, or there is no gdb.
std::vector<std::string> stack_behind(const CrashOptions& options, const Loss& loss,
                                      std::size_t step);

}  // namespace assay::disk
