// pthread_create and its kin: a thread that a body starts belongs to the run from its first
// instruction to the last of its thread_local destructors.
#include <atomic>

#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

constinit real::Next<int(pthread_t, void**)> real_join{"pthread_join"};

std::atomic<int> outsiders_started{0};

struct Start {
  Task* task;
  void* (*routine)(void*);
  void* argument;
};

// Destructors of keys run after those of thread_local objects; a key that is set again comes again
// after all others.
extern "C" void leave_run(void* last_round);
pthread_key_t ending_key() {
  static const pthread_key_t key = [] {
    pthread_key_t made = 0;
    pthread_key_create(&made, leave_run);
    return made;
  }();
  return key;
}

char first_round = 0;
char last_round_mark = 0;

extern "C" void leave_run(void* round) {
  if (round == &first_round) {
    pthread_setspecific(ending_key(), &last_round_mark);
    return;
  }
  Task& task = *current;
  current = nullptr;
  scheduler().end(task);
}

void* begin(void* given) {
  const Start start = *static_cast<Start*>(given);
  delete static_cast<Start*>(given);
  start.task->turn.await();
  start.task->learn_stack();
  pthread_setspecific(ending_key(), &first_round);
  current = start.task;
  return start.routine(start.argument);
}

}  // namespace

int outsiders() { return outsiders_started.load(); }

void keep_thread_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*routine)(void*),
                   void* argument) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) {
    const int error = real::pthread_create(handle, attributes, routine, argument);
    if (error == 0) ++outsiders_started;
    return error;
  }
  scheduler().point(entry.task(), PointKind::lock);
  Task* const task = scheduler().add();
  if (task == nullptr) return EAGAIN;
  auto start = std::make_unique<Start>(Start{task, routine, argument});
  const int error = real::pthread_create(handle, attributes, begin, start.get());
  if (error != 0) {
    scheduler().remove_last();
    return error;
  }
  static_cast<void>(start.release());  // begin's now
  task->handle = *handle;
  return 0;
}

int pthread_join(pthread_t handle, void** result) {
  Entry entry(__builtin_return_address(0));
  if (entry) {
    scheduler().point(entry.task(), PointKind::lock);
    Task* const task = scheduler().find(handle);
    while (task != nullptr && !task->ended) {
      scheduler().wait(entry.task(), WaitKind::thread_end, task);
    }
  }
  return real_join(handle, result);  // at most the last instructions of the thread
}
}
