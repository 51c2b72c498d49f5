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

// A thread gives way to another, before its own point number `point`. (A point is where threads may
// be switched: a load, a store, an atomic operation, a lock.)
struct Switch {
  int thread = 0;
  std::int64_t point = 0;
  int to = 0;
};

// "round seed:17 | ..." and "round switches:0.12>1 | ...".
std::string round_line(std::uint64_t seed, const Program& program);
std::string round_line(const std::vector<Switch>& switches, const Program& program);
// Throws std::runtime_error for a line that is no round.
Program program_of(std::string_view line);

// Who does something in a round: the first operations, a thread, or the last ones.
inline constexpr int first_part = -1;
inline constexpr int last_part = -2;

struct RoundEvent {
  enum class Kind {
    begins,     // its next operation
    returns,    // with `text`
    gives_way,  // `to` another, before `point`, at `code`
    waits,      // gives way because it can't go on
    is_stuck,   // `text` says on what, at the end of a deadlock
  };
  Kind kind = Kind::begins;
  int thread = 0;
  std::string text;
  std::int64_t point = 0;
  int to = 0;
  std::string code;  // hexadecimal, in the program
};

struct RoundReport {
  std::string outcome;  // finished, deadlock or livelock
  std::vector<RoundEvent> events;
  std::vector<std::int64_t> points;  // by thread
  bool whole = true;                 // else it was cut at the host's limit

  std::vector<Switch> switches() const;
};

// Nothing if it isn't a report.
std::optional<RoundReport> parse_report(std::string_view answer);

}  // namespace assay::grade
