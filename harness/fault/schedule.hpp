// Which faults are done at what time: plain values, and the text that people write and read for
// them, a line each, "at 2s clog to the server". Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fault/fault.hpp"

namespace assay::fault {

inline constexpr std::size_t kMostSteps = 10'000;  // of a schedule
inline constexpr std::chrono::nanoseconds kLongestSchedule = std::chrono::hours(24);

// What is done to a process rather than to its bytes: kill is SIGKILL; stop and go_on are SIGSTOP
// and SIGCONT; restart starts it again; clock sets its clock on, or back.
enum class Deed { kill, stop, go_on, restart, clock };

struct ProcessFault {
  Deed deed = Deed::kill;
  std::chrono::nanoseconds clock_step{};  // of clock

  bool operator==(const ProcessFault&) const = default;
};

using Action = std::variant<Fault, ProcessFault>;

// "clog to the server", "kill", "clock -200ms". Throws std::invalid_argument that says what is
// wrong, and what is allowed.
Action parse_action(std::string_view text);
std::string to_text(const Action& action);
std::string_view cause_of(const Action& action);

struct Step {
  std::chrono::nanoseconds at{};  // since the schedule's start
  Action action;

  bool operator==(const Step&) const = default;
};

struct Schedule {
  std::vector<Step> steps;                      // in the order of time
  std::optional<std::chrono::nanoseconds> end;  // "at 10s end", the last line

  bool operator==(const Schedule&) const = default;
};

// Empty lines, and what follows a '#', say nothing. Throws std::invalid_argument with the number of
// the line that is wrong.
Schedule parse_schedule(std::string_view text);
std::string to_text(const Schedule& schedule);

}  // namespace assay::fault
