// Interleavings on demand: runs bodies on real threads, one at a time, and decides at which loads,
// stores, atomic operations and locks one gives way to another. The same schedule gives the same
// run, every time and on every machine, for code that is compiled with -fsanitize=thread and linked
// with these files instead of the sanitizer's library.
// One thread calls run; mark and own are for bodies.
//
// What it can't control, or doesn't show:
// - code that isn't instrumented has no points but its calls of pthread functions: libstdc++'s own
//   (most of std::string and of streams), memcpy, inline assembly, no_sanitize functions. A loop
//   there that waits for another thread never ends;
// - all atomic operations are sequentially consistent and plain accesses happen in program order,
//   so a memory order that is too weak is not found: only interleavings are;
// - threads that were started outside a run are nobody's (see outsiders), and one that a body
//   started and that never ends keeps a run from finishing;
// - time() and gettimeofday, signals, fork, pthread_exit in a body, and input and output;
// - what depends on addresses (a hash of a pointer or of a thread's id, as in std::barrier) is only
//   repeated where address space randomisation is off;
// - std::counting_semaphore of GCC 12 can sleep for ever although it was released (when an attempt
//   fails between two releases), here as in production; sem_t can't.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace assay::host::threads {

inline constexpr int threads_max = 64;                // bodies, and threads that they start
inline constexpr std::uint64_t points_max = 200'000;  // of all threads; then it is a livelock
inline constexpr std::uint64_t points_in_a_row_max = 1'000;  // then a thread has to give way
inline constexpr std::size_t events_max = 20'000;            // switches beyond are not described

// Before its `point`th point (counted per thread, from 1), `thread` gives way to `to`. Blocking,
// yielding and ending count as points too, so a choice says who follows then. With `to` equal to
// `thread`, the weak compare-exchange at that point fails for no reason, as it may.
// The choice {0, 0, k} says that thread k is the first to run.
// What is impossible (`to` has ended, or waits) is ignored.
struct Choice {
  int thread = 0;
  std::uint64_t point = 0;
  int to = 0;

  bool operator==(const Choice&) const = default;
};

// By seed, or by a list of choices. Where no choice is given a thread goes on until it blocks,
// yields, ends, or had its points in a row; then the next in order (0, 1, 2, 0...) that can run
// follows.
struct Schedule {
  std::optional<std::uint64_t> seed;
  std::uint64_t expected_points = 0;  // of all threads, for seeds; 0 if not known
  std::vector<Choice> choices;
};

// Code addresses from the inside out, as offsets from the program's load base: what
// `addr2line -i -e PROGRAM` wants. Frames of shared libraries are left out.
struct Frames {
  std::array<std::uintptr_t, 6> offsets{};
  std::size_t count = 0;
};

enum class WaitKind {
  nothing,
  mutex,
  read_lock,
  write_lock,
  spin_lock,
  condition,
  semaphore,
  barrier,
  once,
  thread_end,
  futex  // std::atomic::wait, std::latch, the first use of a static object...
};

inline constexpr int nobody = -1;    // nobody holds it, or that isn't known
inline constexpr int outsider = -2;  // a thread that isn't part of the run

struct Wait {
  WaitKind kind = WaitKind::nothing;
  int holder = nobody;  // the thread that has what is waited for
};

enum class EventKind {
  mark,       // a body called mark
  preempted,  // the schedule took the processor away
  blocked,    // had to wait
  yielded,    // sched_yield, or a sleep
  spun,       // had its points in a row
  ended,
  failed_weakly  // a weak compare-exchange failed for no reason
};

struct Event {
  EventKind kind = EventKind::mark;
  int thread = 0;
  std::uint64_t point = 0;
  int to = 0;  // for a mark: the body's number for it
  Wait wait;
  Frames at;
};

struct ThreadEnd {
  std::uint64_t points = 0;  // 0 for a body that ran no instrumented code
  bool ended = false;
  std::optional<std::string> threw;
};

// A thread that never ended: where it is, and what it waits for, if it does.
struct Stuck {
  int thread = 0;
  Wait wait;
  Frames at;
};

enum class Kind { finished, deadlock, livelock };

struct Outcome {
  Kind kind = Kind::finished;
  std::vector<Event> events;       // in the order in which they happened
  std::vector<Choice> choices;     // as a schedule, they repeat this run
  std::vector<ThreadEnd> threads;  // the bodies, then the threads that they started
  std::vector<Stuck> stuck;
  int outsiders = 0;  // threads that the program started outside any run: nobody controls them
};

// Runs each body on a thread of its own. The threads are kept for later runs, and with them what
// they have in thread_local objects.
// After a deadlock or a livelock the threads are stuck for good, with what they hold: the process
// has to say what it has to say and leave with _exit. Another run throws std::logic_error.
Outcome run(const Schedule& schedule, const std::vector<std::function<void()>>& bodies);

// Puts a number among the events. Not a point. Outside a run it does nothing.
void mark(int number);

// Tells that this memory is the calling thread's alone, so that accesses to it are no points; up to
// four ranges, the oldest is forgotten. A thread's own stack needs no telling.
void own(const void* begin, std::size_t bytes);

// Turns points off or on for the calling body while it exists: off for what isn't under test, on
// again for what is.
class Points {
 public:
  enum class Are { off, on };

  explicit Points(Are are);
  ~Points();
  Points(const Points&) = delete;
  Points& operator=(const Points&) = delete;

 private:
  bool was_inside_ = false;
};

}  // namespace assay::host::threads
