// sem_*, in the way of mutexes.cpp.
#include <semaphore.h>

#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

constinit real::Next<int(sem_t*)> real_wait{"sem_wait"};
constinit real::Next<int(sem_t*)> real_trywait{"sem_trywait"};
constinit real::Next<int(sem_t*)> real_post{"sem_post"};
constinit real::Next<int(sem_t*, const timespec*)> real_timedwait{"sem_timedwait"};
constinit real::Next<int(sem_t*, clockid_t, const timespec*)> real_clockwait{"sem_clockwait"};

int wait_for(Task& task, sem_t* semaphore, std::int64_t deadline_ns = -1) {
  scheduler().point(task, PointKind::lock);
  while (real_trywait(semaphore) != 0) {
    if (errno != EAGAIN) return -1;
    if (scheduler().wait(task, WaitKind::semaphore, semaphore, deadline_ns)) continue;
    errno = ETIMEDOUT;
    return -1;
  }
  return 0;
}

}  // namespace

void keep_semaphore_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int sem_wait(sem_t* semaphore) {
  Entry entry(__builtin_return_address(0));
  return entry ? wait_for(entry.task(), semaphore) : real_wait(semaphore);
}

int sem_timedwait(sem_t* semaphore, const timespec* until) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_timedwait(semaphore, until);
  return wait_for(entry.task(), semaphore, deadline_at(CLOCK_REALTIME, *until));
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* until) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clockwait(semaphore, clock, until);
  return wait_for(entry.task(), semaphore, deadline_at(clock, *until));
}

int sem_trywait(sem_t* semaphore) noexcept {
  Entry entry(__builtin_return_address(0));
  if (entry) scheduler().point(entry.task(), PointKind::lock);
  return real_trywait(semaphore);
}

int sem_post(sem_t* semaphore) noexcept {
  Entry entry(__builtin_return_address(0));
  if (entry) scheduler().point(entry.task(), PointKind::lock);
  const int error = real_post(semaphore);
  if (entry && error == 0) scheduler().wake(semaphore, 1);
  return error;
}
}
