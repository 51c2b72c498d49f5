// Who runs next: the only place that decides it. Deterministic: the same questions get the same
// answers, for the same schedule.
#pragma once

#include <cstdint>
#include <memory>

#include "threads/threads.hpp"

namespace assay::host::threads {

// What a thread is about to do.
enum class PointKind { read, write, atomic, lock };

// A set of threads, a bit each.
using ThreadSet = std::uint64_t;

inline constexpr ThreadSet set_of(int thread) { return ThreadSet{1} << thread; }

// The first of `candidates` after `thread`, in the order 0, 1, 2, 0...; there must be one.
int next_in_order(int thread, ThreadSet candidates);

struct Moment {
  int thread = 0;
  std::uint64_t point = 0;
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  virtual int first(ThreadSet candidates) = 0;
  // Before a point: the thread to go on with, out of `able`; the present one is among them.
  virtual int at_point(Moment moment, PointKind kind, ThreadSet able) = 0;
  // The present thread can't go on, or is to give way.
  virtual int follower(Moment moment, ThreadSet candidates, bool gives_way) = 0;
  virtual bool fails_weakly(Moment moment) = 0;
};

std::unique_ptr<Strategy> make_strategy(const Schedule& schedule);

}  // namespace assay::host::threads
