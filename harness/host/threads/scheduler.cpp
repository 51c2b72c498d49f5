#include "threads/scheduler.hpp"

#include <algorithm>
#include <bit>

#include "threads/frames.hpp"

namespace assay::host::threads {

Outcome Scheduler::run(const Schedule& schedule, const std::vector<Task*>& tasks) {
  strategy_ = make_strategy(schedule);
  tasks_ = tasks;
  added_.clear();
  held_.clear();
  points_ = 0;
  waits_ = 0;
  switches_ = 0;
  elapsed_ns_ = 0;
  outcome_ = Outcome{};
  able_ = 0;
  for (const Task* const task : tasks_) able_ |= set_of(task->number);
  const int first = strategy_->first(able_);
  if (first != 0) {
    outcome_.choices.push_back({0, 0, first});
    outcome_.events.push_back({EventKind::preempted, 0, 0, first, {}, {}});
  }
  tasks_[static_cast<std::size_t>(first)]->turn.give();
  over_.await();
  return collect();
}

Outcome Scheduler::collect() const {
  Outcome outcome = outcome_;
  for (const Task* const task : tasks_) {
    const std::uint64_t points = task->points - (task->ended ? 1 : 0);  // the end is no operation
    outcome.threads.push_back({points, task->ended, task->threw});
    if (task->ended) continue;
    const bool waits = task->waits_for != WaitKind::nothing;
    const Wait wait{task->waits_for, waits ? holder_of(*task) : nobody};
    outcome.stuck.push_back({task->number, wait, task->at});
  }
  return outcome;
}

void Scheduler::point(Task& task, PointKind kind) {
  count(task);
  if (able_ == set_of(task.number)) return;
  if (++task.in_a_row > points_in_a_row_max) {
    follow(task, EventKind::spun);
    return;
  }
  const int next = strategy_->at_point({task.number, task.points}, kind, able_);
  if (next == task.number) return;
  outcome_.choices.push_back({task.number, task.points, next});
  hand_over(task, next, EventKind::preempted);
}

void Scheduler::yield(Task& task) {
  count(task);
  if (able_ != set_of(task.number)) follow(task, EventKind::yielded);
}

bool Scheduler::fails_weakly(Task& task) {
  if (!strategy_->fails_weakly({task.number, task.points})) return false;
  outcome_.choices.push_back({task.number, task.points, task.number});
  note(task, EventKind::failed_weakly, task.number);
  return true;
}

void Scheduler::mark(const Task& task, int number) {
  outcome_.events.push_back({EventKind::mark, task.number, task.points, number, {}, {}});
}

bool Scheduler::wait(Task& task, WaitKind kind, const void* object, std::int64_t deadline_ns) {
  task.object = object;
  task.waits_for = kind;
  task.since = ++waits_;
  task.deadline_ns = deadline_ns;
  task.timed_out = false;
  able_ &= ~set_of(task.number);
  count(task);
  follow(task, EventKind::blocked);
  return !task.timed_out;
}

int Scheduler::wake(const void* object, int count) {
  int woken = 0;
  for (; woken < count; ++woken) {
    Task* first = nullptr;
    for (Task* const task : tasks_) {
      if (task->waits_for == WaitKind::nothing || task->object != object) continue;
      if (first == nullptr || task->since < first->since) first = task;
    }
    if (first == nullptr) break;
    make_able(*first);
  }
  return woken;
}

void Scheduler::gave_back(const Task& task, const void* object) {
  const auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& one) {
    return one.object == object && one.thread == task.number;
  });
  if (held != held_.end()) held_.erase(held);
}

Task* Scheduler::add() {
  if (tasks_.size() == static_cast<std::size_t>(threads_max)) return nullptr;
  auto task = std::make_unique<Task>();
  task->number = static_cast<int>(tasks_.size());
  able_ |= set_of(task->number);
  tasks_.push_back(task.get());
  added_.push_back(std::move(task));
  return tasks_.back();
}

void Scheduler::remove_last() {
  able_ &= ~set_of(tasks_.back()->number);
  tasks_.pop_back();
  added_.pop_back();
}

// The latest first: the C library uses the handle of a thread that ended again.
Task* Scheduler::find(pthread_t handle) {
  for (auto task = added_.rbegin(); task != added_.rend(); ++task) {
    if (pthread_equal((*task)->handle, handle) != 0) return task->get();
  }
  return nullptr;
}

void Scheduler::end(Task& task) {
  task.ended = true;
  able_ &= ~set_of(task.number);
  wake_all(&task);
  count(task);
  const bool all = std::all_of(tasks_.begin(), tasks_.end(), [](auto* one) { return one->ended; });
  if (all) {
    over_.give();
  } else {
    follow(task, EventKind::ended);
  }
}

void Scheduler::count(Task& task) {
  ++task.points;
  if (++points_ > points_max && !task.ended) stop(task, Kind::livelock);
}

// The present thread can't go on, or won't.
void Scheduler::follow(Task& task, EventKind why) {
  const bool gives_way = why == EventKind::yielded || why == EventKind::spun;
  ThreadSet candidates = gives_way ? able_ & ~set_of(task.number) : able_;
  if (candidates == 0) candidates = expire();
  if (candidates == 0) {
    stop(task, Kind::deadlock);
    return;
  }
  const int next = strategy_->follower({task.number, task.points}, candidates, gives_way);
  if (next != next_in_order(task.number, candidates)) {
    outcome_.choices.push_back({task.number, task.points, next});
  }
  if (next != task.number) hand_over(task, next, why);
}

void Scheduler::hand_over(Task& from, int to, EventKind why) {
  note(from, why, to);
  from.in_a_row = 0;
  Task& next = *tasks_[static_cast<std::size_t>(to)];
  const bool ended = from.ended;  // the last look: the next run may change it from here on
  next.turn.give();
  if (!ended) from.turn.await();
}

void Scheduler::note(Task& task, EventKind kind, int to) {
  const bool described = ++switches_ <= events_max;
  // Those that wait may have to be described in the end.
  if (!task.ended && (described || kind == EventKind::blocked)) task.at = frames_from(task.pc);
  if (!described) return;
  const bool waits = task.waits_for != WaitKind::nothing;
  const Wait wait{task.waits_for, waits ? holder_of(task) : nobody};
  outcome_.events.push_back({kind, task.number, task.points, to, wait, task.at});
}

// Nobody can run: the earliest deadline has come.
ThreadSet Scheduler::expire() {
  Task* first = nullptr;
  for (Task* const task : tasks_) {
    if (task->waits_for == WaitKind::nothing || task->deadline_ns < 0) continue;
    if (first == nullptr || task->deadline_ns < first->deadline_ns) first = task;
  }
  if (first == nullptr) return 0;
  elapsed_ns_ = std::max(elapsed_ns_, first->deadline_ns);
  make_able(*first);
  first->timed_out = true;
  return set_of(first->number);
}

void Scheduler::make_able(Task& task) {
  task.waits_for = WaitKind::nothing;
  task.object = nullptr;
  able_ |= set_of(task.number);
}

int Scheduler::holder_of(const Task& task) const {
  if (task.waits_for == WaitKind::thread_end) {
    return static_cast<const Task*>(task.object)->number;
  }
  for (const Held& held : held_) {
    if (held.object == task.object) return held.thread;
  }
  const bool has_owner = task.waits_for == WaitKind::mutex ||
                         task.waits_for == WaitKind::read_lock ||
                         task.waits_for == WaitKind::write_lock ||
                         task.waits_for == WaitKind::spin_lock || task.waits_for == WaitKind::once;
  return has_owner ? outsider : nobody;
}

void Scheduler::stop(Task& task, Kind kind) {
  if (!task.ended) task.at = frames_from(task.pc);
  outcome_.kind = kind;
  const bool ended = task.ended;
  over_.give();
  if (ended) return;
  for (;;) task.turn.await();  // nobody gives it
}

Scheduler& scheduler() {
  static Scheduler* const only = new Scheduler;
  return *only;
}

}  // namespace assay::host::threads
