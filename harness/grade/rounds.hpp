// Rounds: small programs of a few threads, run under the scheduler of a subject (host/rounds), and
// what came of them. docs/protocols.md has the lines. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::grade {

using Operations = std::vector<std::string>;  // of an exercise's script language

// `first` runs alone before the threads, `last` alone after them.
struct Program {
  Operations first;
  std::vector<Operations> threads;
  Operations last;
};

// Where threads were switched, in the host's words: "0.12>1" says that thread 0 gave way to thread
// 1 before its own point number 12. (A point is a load, a store, an atomic operation, a lock.)
using Switches = std::vector<std::string>;

// "round seed:17 | ..." and "round switches:0.12>1 | ...".
std::string round_line(std::uint64_t seed, const Program& program);
std::string round_line(const Switches& switches, const Program& program);
// Throws std::runtime_error for a line that is no round.
Program program_of(std::string_view line);

// Who does something in a round: the first operations, a thread, or the last ones.
inline constexpr int first_part = -1;
inline constexpr int last_part = -2;

struct RoundEvent {
  enum class Kind {
    begins,     // its next operation
    returns,    // with `text`
    gives_way,  // because the schedule says so
    waits,      // gives way by itself: `text` says why, as "waits for a mutex held by 1"
    fails,      // a weak compare-exchange, for no reason, as it may
    is_stuck,   // at the end of a deadlock or livelock: `text` says on what
  };
  Kind kind = Kind::begins;
  int thread = 0;
  std::string text;
  std::vector<std::string> code;  // offsets in the program, hexadecimal, the innermost call first
};

struct RoundReport {
  std::string outcome;  // finished, deadlock or livelock
  std::vector<RoundEvent> events;
  std::optional<Switches> switches;  // that repeat it; nothing if there were too many
  std::vector<std::int64_t> points;  // by thread
  bool has_outsiders = false;        // threads that were started outside the round
};

// A report without its switches, which its seed repeats: a tenth of its size, and as good for
// judging.
std::string without_switches(const std::string& answer);

// Nothing if it isn't a report.
std::optional<RoundReport> parse_report(std::string_view answer);

// Whether this can be a report of that program: its operations start in their order and return, one
// at a time in each part; all of them, if the round finished.
bool fits(const RoundReport& report, const Program& program);

}  // namespace assay::grade
