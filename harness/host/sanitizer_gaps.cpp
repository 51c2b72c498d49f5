// Where ThreadSanitizer of GCC 12 takes what is right for wrong:
// - it doesn't know the functions that lock until a time of a given clock, which std::timed_mutex
//   and its kin call; here they become the functions that it knows;
// - std::atomic<std::shared_ptr> of that library locks with a bit of a pointer, and unlocks it
//   without an order; what is reported in there is left out.
#if defined(__SANITIZE_THREAD__) && !defined(ASSAY_SCHEDULED)

#include <pthread.h>

#include <ctime>

namespace {

constexpr long second_ns = 1'000'000'000;

// The same moment on the clock of the other functions.
timespec on_realtime(clockid_t clock, const timespec& until) {
  timespec from{};
  timespec to{};
  ::clock_gettime(clock, &from);
  ::clock_gettime(CLOCK_REALTIME, &to);
  timespec moment{to.tv_sec + until.tv_sec - from.tv_sec,
                  to.tv_nsec + until.tv_nsec - from.tv_nsec};
  for (; moment.tv_nsec < 0; --moment.tv_sec) moment.tv_nsec += second_ns;
  for (; moment.tv_nsec >= second_ns; ++moment.tv_sec) moment.tv_nsec -= second_ns;
  return moment;
}

}  // namespace

extern "C" {

const char* __tsan_default_suppressions() { return "race:shared_ptr_atomic.h\n"; }

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  const timespec moment = on_realtime(clock, *until);
  return ::pthread_mutex_timedlock(mutex, &moment);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until) {
  const timespec moment = on_realtime(clock, *until);
  return ::pthread_rwlock_timedrdlock(lock, &moment);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until) {
  const timespec moment = on_realtime(clock, *until);
  return ::pthread_rwlock_timedwrlock(lock, &moment);
}
}

#endif
