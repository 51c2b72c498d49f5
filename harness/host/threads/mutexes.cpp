// pthread_mutex_* and pthread_spin_*: the C library's objects, taken with its own trylock, so that
// an attempt never stops a thread that has the processor. That keeps recursive and error-checking
// mutexes what they are, and mutexes that threads outside a run have locked.
#include "threads/mutexes.hpp"
#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

using MutexCall = int(pthread_mutex_t*);
using SpinCall = int(pthread_spinlock_t*);

constinit real::Next<MutexCall> real_lock{"pthread_mutex_lock"};
constinit real::Next<MutexCall> real_trylock{"pthread_mutex_trylock"};
constinit real::Next<MutexCall> real_unlock{"pthread_mutex_unlock"};
constinit real::Next<int(pthread_mutex_t*, const timespec*)> real_timedlock{
    "pthread_mutex_timedlock"};
constinit real::Next<int(pthread_mutex_t*, clockid_t, const timespec*)> real_clocklock{
    "pthread_mutex_clocklock"};
constinit real::Next<SpinCall> real_spin_lock{"pthread_spin_lock"};
constinit real::Next<SpinCall> real_spin_trylock{"pthread_spin_trylock"};
constinit real::Next<SpinCall> real_spin_unlock{"pthread_spin_unlock"};

// An error-checking mutex refuses its owner, and trylock doesn't tell that from another's.
bool refuses_owner(const pthread_mutex_t* mutex) {
  const bool checks = (mutex->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK_NP;
  return checks &&
         mutex->__data.__owner == static_cast<int>(real::syscall(SYS_gettid, 0, 0, 0, 0, 0, 0));
}

}  // namespace

int lock_mutex(Task& task, pthread_mutex_t* mutex, std::int64_t deadline_ns) {
  if (refuses_owner(mutex)) return EDEADLK;
  return acquire(task, WaitKind::mutex, mutex, deadline_ns,
                 [mutex] { return real_trylock(mutex); });
}

int unlock_mutex(Task& task, pthread_mutex_t* mutex) {
  const int error = real_unlock(mutex);
  if (error != 0) return error;
  scheduler().gave_back(task, mutex);
  scheduler().wake_all(mutex);
  return 0;
}

void keep_mutex_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_lock(mutex);
  scheduler().point(entry.task(), PointKind::lock);
  return lock_mutex(entry.task(), mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_timedlock(mutex, until);
  scheduler().point(entry.task(), PointKind::lock);
  return lock_mutex(entry.task(), mutex, deadline_at(CLOCK_REALTIME, *until));
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const timespec* until) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clocklock(mutex, clock, until);
  scheduler().point(entry.task(), PointKind::lock);
  return lock_mutex(entry.task(), mutex, deadline_at(clock, *until));
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_trylock(mutex);
  scheduler().point(entry.task(), PointKind::lock);
  const int error = real_trylock(mutex);
  if (error == 0) scheduler().took(entry.task(), mutex);
  return error;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_unlock(mutex);
  scheduler().point(entry.task(), PointKind::lock);
  return unlock_mutex(entry.task(), mutex);
}

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_spin_lock(lock);
  scheduler().point(entry.task(), PointKind::lock);
  return acquire(entry.task(), WaitKind::spin_lock, const_cast<const int*>(lock), -1,
                 [lock] { return real_spin_trylock(lock); });
}

int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_spin_trylock(lock);
  scheduler().point(entry.task(), PointKind::lock);
  const int error = real_spin_trylock(lock);
  if (error == 0) scheduler().took(entry.task(), const_cast<const int*>(lock));
  return error;
}

int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_spin_unlock(lock);
  scheduler().point(entry.task(), PointKind::lock);
  scheduler().gave_back(entry.task(), const_cast<const int*>(lock));
  const int error = real_spin_unlock(lock);
  scheduler().wake_all(const_cast<const int*>(lock));
  return error;
}
}
