// One thread of a run, as the scheduler sees it, and how the processor is handed over to it.
// Fields are written by whoever has the processor; the handing over orders that.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "threads/threads.hpp"

namespace assay::host::threads {

// A permission to run, given once and used up by waiting for it.
class Turn {
 public:
  void give();
  void await();

 private:
  std::atomic<std::uint32_t> given_{0};
};

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  bool has(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return at >= begin && at < end;
  }
};

struct Task {
  int number = 0;
  Turn turn;
  bool inside = false;  // in the runtime, or quiet: what it calls is not a point
  void* pc = nullptr;   // where the innermost hook returns to

  std::uint64_t points = 0;
  std::uint64_t in_a_row = 0;
  bool ended = false;
  std::optional<std::string> threw;

  const void* object = nullptr;  // waited for
  WaitKind waits_for = WaitKind::nothing;
  std::uint64_t since = 0;        // orders those who wait for one object
  std::int64_t deadline_ns = -1;  // on the run's clock; -1 for none
  bool timed_out = false;
  Frames at;

  Range stack;
  std::array<Range, 4> own;
  std::size_t next_own = 0;
  pthread_t handle{};

  bool owns(const void* address) const {
    if (stack.has(address)) return true;
    for (const Range& range : own) {
      if (range.has(address)) return true;
    }
    return false;
  }

  // To be called by the thread itself.
  void learn_stack();
  void restart(int new_number);
};

// The calling thread's task while it runs a body; null elsewhere.
extern thread_local constinit Task* current;

}  // namespace assay::host::threads
