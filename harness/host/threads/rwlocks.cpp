// pthread_rwlock_*, which std::shared_mutex is made of, in the way of mutexes.cpp.
#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

using Call = int(pthread_rwlock_t*);
using TimedCall = int(pthread_rwlock_t*, const timespec*);
using ClockCall = int(pthread_rwlock_t*, clockid_t, const timespec*);

constinit real::Next<Call> real_rdlock{"pthread_rwlock_rdlock"};
constinit real::Next<Call> real_wrlock{"pthread_rwlock_wrlock"};
constinit real::Next<Call> real_tryrdlock{"pthread_rwlock_tryrdlock"};
constinit real::Next<Call> real_trywrlock{"pthread_rwlock_trywrlock"};
constinit real::Next<Call> real_unlock{"pthread_rwlock_unlock"};
constinit real::Next<TimedCall> real_timedrdlock{"pthread_rwlock_timedrdlock"};
constinit real::Next<TimedCall> real_timedwrlock{"pthread_rwlock_timedwrlock"};
constinit real::Next<ClockCall> real_clockrdlock{"pthread_rwlock_clockrdlock"};
constinit real::Next<ClockCall> real_clockwrlock{"pthread_rwlock_clockwrlock"};

// The C library refuses the writer a second lock; the try-functions only say that it is taken.
bool refuses_writer(const pthread_rwlock_t* lock) {
  return lock->__data.__cur_writer == static_cast<int>(real::syscall(SYS_gettid, 0, 0, 0, 0, 0, 0));
}

int take(Task& task, pthread_rwlock_t* lock, WaitKind kind, std::int64_t deadline_ns = -1) {
  scheduler().point(task, PointKind::lock);
  if (refuses_writer(lock)) return EDEADLK;
  return acquire(task, kind, lock, deadline_ns, [lock, kind] {
    return kind == WaitKind::read_lock ? real_tryrdlock(lock) : real_trywrlock(lock);
  });
}

int try_to_take(Task& task, pthread_rwlock_t* lock, const real::Next<Call>& attempt) {
  scheduler().point(task, PointKind::lock);
  const int error = attempt(lock);
  if (error == 0) scheduler().took(task, lock);
  return error;
}

}  // namespace

void keep_rwlock_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_rdlock(lock);
  return take(entry.task(), lock, WaitKind::read_lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_wrlock(lock);
  return take(entry.task(), lock, WaitKind::write_lock);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_timedrdlock(lock, until);
  return take(entry.task(), lock, WaitKind::read_lock, deadline_at(CLOCK_REALTIME, *until));
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_timedwrlock(lock, until);
  return take(entry.task(), lock, WaitKind::write_lock, deadline_at(CLOCK_REALTIME, *until));
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clockrdlock(lock, clock, until);
  return take(entry.task(), lock, WaitKind::read_lock, deadline_at(clock, *until));
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clockwrlock(lock, clock, until);
  return take(entry.task(), lock, WaitKind::write_lock, deadline_at(clock, *until));
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_tryrdlock(lock);
  return try_to_take(entry.task(), lock, real_tryrdlock);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_trywrlock(lock);
  return try_to_take(entry.task(), lock, real_trywrlock);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_unlock(lock);
  scheduler().point(entry.task(), PointKind::lock);
  scheduler().gave_back(entry.task(), lock);
  const int error = real_unlock(lock);
  scheduler().wake_all(lock);
  return error;
}
}
