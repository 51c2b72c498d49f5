// Gives the processor to one thread of a run at a time. All functions but start are called by the
// thread that has it, which is why there is no lock.
#pragma once

#include <memory>
#include <vector>

#include "threads/strategy.hpp"
#include "threads/task.hpp"

namespace assay::host::threads {

class Scheduler {
 public:
  // Begins a run of these tasks, which await their turns, and returns when it is over.
  Outcome run(const Schedule& schedule, const std::vector<Task*>& tasks);

  // The calling thread is about to do something that others may notice. Others may run first.
  void point(Task& task, PointKind kind);
  // The same, of its own accord.
  void yield(Task& task);
  bool fails_weakly(Task& task);
  void mark(const Task& task, int number);

  // Waits until somebody wakes `object`; false if the deadline came first, which happens only when
  // nobody else can run.
  bool wait(Task& task, WaitKind kind, const void* object, std::int64_t deadline_ns = -1);
  // Wakes up to `count` of those that wait, in the order in which they came; returns how many.
  int wake(const void* object, int count);
  void wake_all(const void* object) { wake(object, threads_max); }

  // Who has what, for the description of a deadlock.
  void took(const Task& task, const void* object) { held_.push_back({object, task.number}); }
  void gave_back(const Task& task, const void* object);

  // Another thread of this run; null if there are too many. It awaits its turn.
  Task* add();
  void remove_last();
  Task* find(pthread_t handle);
  // The calling thread has ended: somebody else goes on.
  void end(Task& task);

  std::int64_t& elapsed_ns() { return elapsed_ns_; }

 private:
  struct Held {
    const void* object;
    int thread;
  };

  void count(Task& task);
  void follow(Task& task, EventKind why);
  void hand_over(Task& from, int to, EventKind why);
  void note(Task& task, EventKind kind, int to);
  ThreadSet expire();
  int holder_of(const Task& task) const;
  void make_able(Task& task);
  // These don't return to a thread that hasn't ended.
  void stop(Task& task, Kind kind);
  Outcome collect() const;

  std::unique_ptr<Strategy> strategy_;
  std::vector<Task*> tasks_;
  std::vector<std::unique_ptr<Task>> added_;
  std::vector<Held> held_;
  ThreadSet able_ = 0;
  std::uint64_t points_ = 0;
  std::uint64_t waits_ = 0;
  std::size_t switches_ = 0;
  std::int64_t elapsed_ns_ = 0;
  Outcome outcome_;
  Turn over_;
};

// There is one; it lives as long as the process, as the threads do.
Scheduler& scheduler();

}  // namespace assay::host::threads
