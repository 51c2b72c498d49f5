// pthread_once, which std::call_once is made of, and pthread_barrier_*: both would stop a thread
// inside the C library, so in a run they are done here.
#include <mutex>
#include <unordered_map>

#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

constinit real::Next<int(pthread_once_t*, void (*)())> real_once{"pthread_once"};
constinit real::Next<int(pthread_barrier_t*, const pthread_barrierattr_t*, unsigned)>
    real_barrier_init{"pthread_barrier_init"};
constinit real::Next<int(pthread_barrier_t*)> real_barrier_wait{"pthread_barrier_wait"};
constinit real::Next<int(pthread_barrier_t*)> real_barrier_destroy{"pthread_barrier_destroy"};

// The states that the C library gives a pthread_once_t (and its readers check inline).
constexpr int once_new = 0;
constexpr int once_running = 1;
constexpr int once_done = 2;

// The one call of it is under way; it ends with the function's return, or its exception.
class OnceCall {
 public:
  OnceCall(Task& task, pthread_once_t* once) : task_(task), once_(once) {
    set(once_running);
    scheduler().took(task_, once_);
  }
  ~OnceCall() {
    set(returned_ ? once_done : once_new);
    scheduler().gave_back(task_, once_);
    scheduler().wake_all(once_);
  }
  OnceCall(const OnceCall&) = delete;
  OnceCall& operator=(const OnceCall&) = delete;

  void run(void (*function)()) {
    task_.inside = false;
    try {
      function();
    } catch (...) {
      task_.inside = true;
      throw;
    }
    task_.inside = true;
    returned_ = true;
  }

 private:
  void set(int state) { __atomic_store_n(once_, state, __ATOMIC_RELEASE); }

  Task& task_;
  pthread_once_t* once_;
  bool returned_ = false;
};

// The C library's barrier doesn't say how many it is for, so this does.
struct Barrier {
  unsigned threads = 0;
  unsigned arrived = 0;
};

std::mutex barriers_mutex;
using Barriers = std::unordered_map<const pthread_barrier_t*, Barrier>;
Barriers& barriers() {
  static Barriers* const all = new Barriers;
  return *all;
}

}  // namespace

void keep_once_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int pthread_once(pthread_once_t* once, void (*function)()) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_once(once, function);
  scheduler().point(entry.task(), PointKind::lock);
  for (;;) {
    const int state = __atomic_load_n(once, __ATOMIC_ACQUIRE);
    if (state == once_done) return 0;
    if (state == once_new) break;
    scheduler().wait(entry.task(), WaitKind::once, once);
  }
  OnceCall(entry.task(), once).run(function);
  return 0;
}

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attributes,
                         unsigned threads) noexcept {
  const int error = real_barrier_init(barrier, attributes, threads);
  Entry entry(__builtin_return_address(0));
  const std::lock_guard lock(barriers_mutex);
  if (error == 0) barriers()[barrier] = {threads, 0};
  return error;
}

int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  {
    Entry entry(__builtin_return_address(0));
    const std::lock_guard lock(barriers_mutex);
    barriers().erase(barrier);
  }
  return real_barrier_destroy(barrier);
}

int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_barrier_wait(barrier);
  scheduler().point(entry.task(), PointKind::lock);
  Barrier* known = nullptr;
  {
    const std::lock_guard lock(barriers_mutex);
    known = &barriers()[barrier];
  }
  if (++known->arrived >= known->threads) {
    known->arrived = 0;
    scheduler().wake_all(barrier);
    return PTHREAD_BARRIER_SERIAL_THREAD;
  }
  scheduler().wait(entry.task(), WaitKind::barrier, barrier);
  return 0;
}
}
