// The scorecard of one run: plain data. `assay-result/1` JSON is its stored form (docs/results.md),
// and every report is a pure function of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::grade {

enum class Verdict {
  pass,
  fail,           // a time-out says so in the reason
  unknown,        // saw too little, or the analysis hit its cap
  noisy,          // the machine is too noisy to time
  unavailable,    // a tool that the check needs can't run here
  not_attempted,  // the program doesn't speak the level's protocol
  error,          // our fault, never the learner's
};
std::string_view name_of(Verdict verdict);
std::optional<Verdict> verdict_named(std::string_view name);

// Verdicts of the solution's own count; the others leave both the score and its maximum.
bool counts(Verdict verdict);

// One line of the story that a failing check tells, of which there are at most so many.
inline constexpr std::size_t told_steps_max = 12;
struct Step {
  std::string at;        // "t = 200 ms", or empty
  std::string did;       // "acquire("a", 1)"
  std::string expected;  // "admitted, 0 left"
  std::string came;      // what the subject answered; empty if it never did
  bool agrees = true;
  std::string why;  // for a step that disagrees: why that was expected
};

// What happened on a time axis: calls, whether each was admitted, and the level beneath.
struct Timeline {
  struct Call {
    std::int64_t at_ns = 0;
    std::string label;             // "3" for a cost of three, or empty
    std::optional<bool> expected;  // admitted or denied; empty: nothing to expect
    std::optional<bool> came;      // empty: no answer
    bool agrees = true;
  };
  struct Level {
    std::int64_t at_ns = 0;
    double before = 0;  // just before the call at this moment
    double after = 0;   // just after it
  };
  std::string level_name;  // "tokens"
  double level_max = 0;
  std::vector<Call> calls;
  std::vector<Level> levels;  // what was expected; linear in between
  // The window in which the requirement is violated.
  std::int64_t bracket_from_ns = 0;
  std::int64_t bracket_to_ns = 0;
  std::string bracket_label;
};

// Operations that overlap, in the order of what happened: a lane for each thread, a bar for each
// call of it. Places are those of events in that order, and say nothing of how long anything took.
struct Lanes {
  struct Bar {
    std::int64_t lane = 0;
    std::int64_t from = 0;
    std::optional<std::int64_t> to;  // empty: it never returned
    std::string did;
    std::string came;
    bool agrees = true;
  };
  struct Note {  // what happened to a lane on the way
    std::int64_t lane = 0;
    std::int64_t at = 0;
    std::string text;  // "is stopped at solution.cpp:33"
  };
  std::vector<std::string> names;  // of the lanes
  std::vector<Bar> bars;           // in the order of their calls
  std::vector<Note> notes;         // in the order of events
};

// Curves that were measured, for a page to draw.
struct Chart {
  // nines: x is a percentile, and as far from 99 to 99.9 as from 90 to 99.
  enum class Scale { linear, logarithmic, nines };
  struct Axis {
    std::string name;  // "latency"
    std::string unit;  // "ms", or empty
    Scale scale = Scale::linear;
  };
  struct Curve {
    std::string name;       // "yours"
    std::vector<double> x;  // ascending
    std::vector<double> y;  // as many; not finite: nothing was seen there
  };
  struct Band {  // something that lasted, on the x axis
    double from = 0;
    double to = 0;
    std::string name;  // "Redis is paused"
  };
  struct Mark {  // a place to look at
    double x = 0;
    double y = 0;      // not finite: a line across, as a limit is; else something wrong, there
    std::string name;  // "p99 is within 20 ms up to here", "12 wrong answers"
  };
  std::string title;
  Axis x;
  Axis y;
  std::vector<Curve> curves;
  std::vector<Band> bands;
  std::vector<Mark> marks;
};
inline constexpr std::size_t chart_points_max = 2'000;  // of a curve
std::string_view name_of(Chart::Scale scale);
std::optional<Chart::Scale> scale_named(std::string_view name);

struct CheckResult {
  std::string id;    // "1.2"
  std::string slug;  // "refill": stable, and accepted by --only beside the id
  int level = 0;
  std::string title;     // a requirement in the present tense
  std::string category;  // correctness, faults or performance
  Verdict verdict = Verdict::error;
  double points = 0;
  double max_points = 0;
  double seconds = 0;
  std::map<std::string, double> metrics;
  std::vector<Chart> charts;

  // For anything but a pass:
  std::string reason;            // one line
  std::string situation;         // "policy: capacity 3, one token every 200 ms"
  std::vector<Step> steps;       // the smallest script that fails
  std::int64_t shrunk_from = 0;  // operations before shrinking; 0 when it was not shrunk
  std::optional<Timeline> timeline;
  std::optional<Lanes> lanes;
  std::string picture;                // in characters, a few lines: books before and after
  std::vector<std::string> mistakes;  // that reproduce every answer to the shrunk script
  std::string where;                  // file:line to edit, when known
  std::string output;  // the end of what the solution printed, when that may explain it
  std::string replay;  // a command
};

struct LevelResult {
  int level = 0;
  std::string title;
  int minutes = 0;
  double points = 0;
  double max_points = 0;  // of the checks that have a verdict of the solution's own
  double all_points = 0;  // of all its checks
};

struct Machine {
  std::string cpu;
  int cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string system;  // "Debian GNU/Linux 12, Linux 6.1.0"
  std::string compiler;
};

struct IsolationUsed {
  std::string tier;
  bool own_user = false;
  std::vector<std::string> gaps;
};

struct SolutionInfo {
  std::string kind;      // mine, reference, stub, path or exec
  std::string path;      // as the user would name it, or the command
  std::string language;  // c++, python or any
};

// Of predictions (grade/prediction.hpp): a score of its own, outside the points.
struct PredictionScore {
  double marks = 0;
  int of = 0;  // those that were committed in time and measured: one mark each
};

struct Scorecard {
  std::string exercise;
  std::string title;
  SolutionInfo solution;
  std::string run;      // the run's id; empty before it is saved
  std::string started;  // UTC, RFC 3339
  std::uint64_t seed = 0;
  double score = 0;
  double max_score = 0;
  bool complete = false;  // every selected check has a verdict of the solution's own
  double seconds = 0;     // of the checks, without the build
  double build_seconds = 0;
  Machine machine;
  IsolationUsed isolation;
  std::vector<LevelResult> levels;
  std::vector<CheckResult> checks;
  int hints_used = 0;
  int hints_total = 0;
  bool reference_opened = false;
  PredictionScore predictions;
  std::string tip;  // the command to run next
};

// 70, 1, 75 or 0, in that order of precedence.
int exit_code(const Scorecard& card);

}  // namespace assay::grade
