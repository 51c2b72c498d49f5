// syscall, for futexes: std::atomic::wait, std::latch, std::barrier and std::counting_semaphore
// call it from the program, and the guards of static objects from libstdc++.
#include <linux/futex.h>
#include <unistd.h>

#include <cstdarg>

#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

// What the kernel is given, by name.
struct FutexCall {
  std::uint32_t* word;
  int operation;
  std::uint32_t value;
  const timespec* timeout;

  int command() const { return operation & FUTEX_CMD_MASK; }
  bool waits() const { return command() == FUTEX_WAIT || command() == FUTEX_WAIT_BITSET; }
  bool wakes() const { return command() == FUTEX_WAKE || command() == FUTEX_WAKE_BITSET; }

  std::int64_t deadline_ns() const {
    if (timeout == nullptr) return -1;
    if (command() == FUTEX_WAIT) return deadline_in(*timeout);
    const bool real_time = (operation & FUTEX_CLOCK_REALTIME) != 0;
    return deadline_at(real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC, *timeout);
  }
};

long as_word(void* word) { return reinterpret_cast<long>(word); }

long fail(int error) {
  errno = error;
  return -1;
}

long wait_for(Task& task, const FutexCall& call) {
  scheduler().point(task, PointKind::lock);
  if (__atomic_load_n(call.word, __ATOMIC_SEQ_CST) != call.value) return fail(EAGAIN);
  const bool woken = scheduler().wait(task, WaitKind::futex, call.word, call.deadline_ns());
  return woken ? 0 : fail(ETIMEDOUT);
}

// Ours first; what is left is for threads outside the run.
long wake(Task& task, const FutexCall& call) {
  scheduler().point(task, PointKind::lock);
  const auto count = static_cast<int>(call.value);
  const int woken = scheduler().wake(call.word, count);
  if (woken == count) return woken;
  const long others =
      real::syscall(SYS_futex, as_word(call.word), FUTEX_WAKE, count - woken, 0, 0, 0);
  return others < 0 ? woken : woken + others;
}

}  // namespace

void keep_futex_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" long syscall(long number, ...) noexcept {
  void* const pc = __builtin_return_address(0);
  va_list list;
  va_start(list, number);
  void* words[6];  // numbers come as well as pointers: words, to the kernel
  for (void*& word : words) word = va_arg(list, void*);
  va_end(list);

  if (number == SYS_futex) {
    const FutexCall call{static_cast<std::uint32_t*>(words[0]), static_cast<int>(as_word(words[1])),
                         static_cast<std::uint32_t>(as_word(words[2])),
                         static_cast<const timespec*>(words[3])};
    Entry entry(pc);
    if (entry && call.waits()) return wait_for(entry.task(), call);
    if (entry && call.wakes()) return wake(entry.task(), call);
  }
  return real::syscall(number, as_word(words[0]), as_word(words[1]), as_word(words[2]),
                       as_word(words[3]), as_word(words[4]), as_word(words[5]));
}
