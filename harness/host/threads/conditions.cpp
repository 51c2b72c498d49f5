// pthread_cond_*: the waiting is all the scheduler's, and the C library's object is left alone.
#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/mutexes.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

// Older programs mean another object by the same names.
constexpr const char* version = "GLIBC_2.3.2";
constinit real::Next<int(pthread_cond_t*, pthread_mutex_t*)> real_wait{"pthread_cond_wait",
                                                                       version};
constinit real::Next<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timedwait{
    "pthread_cond_timedwait", version};
constinit real::Next<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_clockwait{"pthread_cond_clockwait"};
constinit real::Next<int(pthread_cond_t*)> real_signal{"pthread_cond_signal", version};
constinit real::Next<int(pthread_cond_t*)> real_broadcast{"pthread_cond_broadcast", version};

int wait_for(Task& task, pthread_cond_t* condition, pthread_mutex_t* mutex,
             std::int64_t deadline_ns = -1) {
  scheduler().point(task, PointKind::lock);
  if (const int error = unlock_mutex(task, mutex); error != 0) return error;
  const bool woken = scheduler().wait(task, WaitKind::condition, condition, deadline_ns);
  if (const int error = lock_mutex(task, mutex); error != 0) return error;
  return woken ? 0 : ETIMEDOUT;
}

}  // namespace

void keep_condition_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_wait(condition, mutex);
  return wait_for(entry.task(), condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_timedwait(condition, mutex, until);
  return wait_for(entry.task(), condition, mutex, deadline_at(CLOCK_REALTIME, *until));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clockwait(condition, mutex, clock, until);
  return wait_for(entry.task(), condition, mutex, deadline_at(clock, *until));
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_signal(condition);
  scheduler().point(entry.task(), PointKind::lock);
  return scheduler().wake(condition, 1) == 1 ? 0 : real_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_broadcast(condition);
  scheduler().point(entry.task(), PointKind::lock);
  scheduler().wake_all(condition);
  return real_broadcast(condition);
}
}
