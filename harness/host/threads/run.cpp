// The workers, and what a body can say to the scheduler.
#include <malloc.h>

#include <exception>
#include <stdexcept>

#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"
#include "threads/threads.hpp"

namespace assay::host::threads {
namespace {

// A thread that runs one body after another.
struct Worker {
  Task task;
  const std::function<void()>* body = nullptr;
};

void run_body(Worker& worker) {
  Task& task = worker.task;
  current = &task;
  try {
    (*worker.body)();
  } catch (const std::exception& thrown) {
    task.inside = true;
    task.threw = thrown.what();
  } catch (...) {
    task.inside = true;
    task.threw = "something that is not a std::exception";
  }
  current = nullptr;
}

void* work(void* given) {
  Worker& worker = *static_cast<Worker*>(given);
  worker.task.learn_stack();
  for (;;) {
    worker.task.turn.await();
    run_body(worker);
    scheduler().end(worker.task);
  }
}

// The workers, as many as the largest run so far had bodies. They are never joined: at the end of
// the process they wait for work.
class Pool {
 public:
  // One heap for all: it doesn't depend on the machine who gets which memory, and each thread with
  // a heap of its own would reserve 128 MB of address space. Nobody waits for it: one thread runs.
  Pool() { mallopt(M_ARENA_MAX, 1); }

  Worker& at(std::size_t number) {
    while (workers_.size() <= number) grow();
    return *workers_[number];
  }

 private:
  void grow() {
    auto worker = std::make_unique<Worker>();
    pthread_t handle{};
    if (real::pthread_create(&handle, nullptr, work, worker.get()) != 0) {
      throw std::runtime_error("can't start a thread to run a body on");
    }
    worker->task.handle = handle;
    workers_.push_back(std::move(worker));
  }

  std::vector<std::unique_ptr<Worker>> workers_;
};

Pool& pool() {
  static Pool* const only = new Pool;
  return *only;
}

}  // namespace

Outcome run(const Schedule& schedule, const std::vector<std::function<void()>>& bodies) {
  static bool spoiled = false;
  if (spoiled) throw std::logic_error("a run after a deadlock or a livelock");
  if (current != nullptr) throw std::logic_error("a run inside a run");
  if (bodies.empty() || bodies.size() > static_cast<std::size_t>(threads_max)) {
    throw std::logic_error("a run of no bodies, or of more than there can be threads");
  }
  keep_replacements();
  std::vector<Task*> tasks;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    Worker& worker = pool().at(i);
    worker.task.restart(static_cast<int>(i));
    worker.body = &bodies[i];
    tasks.push_back(&worker.task);
  }
  begin_virtual_time();
  Outcome outcome = scheduler().run(schedule, tasks);
  end_virtual_time();
  outcome.outsiders = outsiders();
  spoiled = outcome.kind != Kind::finished;
  return outcome;
}

void mark(int number) {
  if (current == nullptr) return;
  const Points points(Points::Are::off);
  scheduler().mark(*current, number);
}

void own(const void* begin, std::size_t bytes) {
  Task* const task = current;
  if (task == nullptr) return;
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  task->own.at(task->next_own++ % task->own.size()) = {first, first + bytes};
}

Points::Points(Are are) {
  if (current == nullptr) return;
  was_inside_ = current->inside;
  current->inside = are == Are::off;
}

Points::~Points() {
  if (current != nullptr) current->inside = was_inside_;
}

}  // namespace assay::host::threads
