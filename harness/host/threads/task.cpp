#include "threads/task.hpp"

#include <linux/futex.h>

#include <cerrno>

#include "threads/real.hpp"

namespace assay::host::threads {

thread_local constinit Task* current = nullptr;

void Turn::give() {
  const int kept = errno;
  given_.store(1);
  real::futex(&given_, FUTEX_WAKE_PRIVATE, 1);
  errno = kept;
}

void Turn::await() {
  const int kept = errno;
  while (given_.exchange(0) == 0) {
    real::futex(&given_, FUTEX_WAIT_PRIVATE, 0);
  }
  errno = kept;
}

void Task::learn_stack() {
  pthread_attr_t attributes;
  void* lowest = nullptr;
  std::size_t bytes = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &lowest, &bytes);
  pthread_attr_destroy(&attributes);
  stack.begin = reinterpret_cast<std::uintptr_t>(lowest);
  stack.end = stack.begin + bytes;
}

void Task::restart(int new_number) {
  number = new_number;
  inside = false;
  points = 0;
  in_a_row = 0;
  ended = false;
  threw.reset();
  object = nullptr;
  waits_for = WaitKind::nothing;
  deadline_ns = -1;
  at = Frames{};
  own = {};
}

}  // namespace assay::host::threads
