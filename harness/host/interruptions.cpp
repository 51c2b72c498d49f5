#include "host/interruptions.hpp"

#include <sys/select.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace assay::host {
namespace {

constexpr long at_work_ns = 100'000;
constexpr long away_us = 60;

thread_local timer_t* timer_of_thread = nullptr;

// A real-time signal that neither the C library nor anything common uses.
int interrupting_signal() { return SIGRTMIN + 9; }

// Once: by a timer that went on by itself, a thread whose core is busy would never get to work.
void interrupt_soon(timer_t timer) {
  const itimerspec once{{0, 0}, {0, at_work_ns}};
  ::timer_settime(timer, 0, &once, nullptr);
}

void stay_away(int /*signal*/) {
  if (timer_of_thread == nullptr) return;
  const int error = errno;
  timeval time{0, away_us};
  ::select(0, nullptr, nullptr, nullptr, &time);
  interrupt_soon(*timer_of_thread);
  errno = error;
}

bool handler_is_set() {
  struct sigaction action {};
  action.sa_handler = stay_away;
  action.sa_flags = SA_RESTART;
  return ::sigaction(interrupting_signal(), &action, nullptr) == 0;
}

}  // namespace

// The handler stays when all is over: a signal may still be on its way.
Interruptions::Interruptions() {
  static const bool is_set = handler_is_set();
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = interrupting_signal();
  event._sigev_un._tid = ::gettid();
  if (!is_set || ::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) return;
  timer_of_thread = &timer_;
  interrupt_soon(timer_);
}

Interruptions::~Interruptions() {
  if (timer_of_thread == nullptr) return;
  timer_of_thread = nullptr;
  ::timer_delete(timer_);
}

}  // namespace assay::host
