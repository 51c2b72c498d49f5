// Sleeping and yielding: others run, and the run's clock goes on by what was slept.
#include <sched.h>
#include <unistd.h>

#include "threads/clock.hpp"
#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

constinit real::Next<int()> real_yield{"sched_yield"};
constinit real::Next<int(const timespec*, timespec*)> real_nanosleep{"nanosleep"};
constinit real::Next<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep{
    "clock_nanosleep"};
constinit real::Next<int(useconds_t)> real_usleep{"usleep"};
constinit real::Next<unsigned(unsigned)> real_sleep{"sleep"};

constexpr long nanoseconds_per_microsecond = 1'000;
constexpr useconds_t microseconds_per_second = 1'000'000;

void sleep_until(Task& task, std::int64_t deadline_ns) {
  scheduler().yield(task);
  auto& elapsed_ns = scheduler().elapsed_ns();
  if (elapsed_ns < deadline_ns) elapsed_ns = deadline_ns;
}

}  // namespace

void keep_sleep_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" {

int sched_yield() noexcept {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_yield();
  scheduler().yield(entry.task());
  return 0;
}

int nanosleep(const timespec* duration, timespec* rest) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_nanosleep(duration, rest);
  sleep_until(entry.task(), deadline_in(*duration));
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_clock_nanosleep(clock, flags, time, rest);
  const bool absolute = (flags & TIMER_ABSTIME) != 0;
  sleep_until(entry.task(), absolute ? deadline_at(clock, *time) : deadline_in(*time));
  return 0;
}

int usleep(useconds_t microseconds) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_usleep(microseconds);
  const auto rest = static_cast<long>(microseconds % microseconds_per_second);
  sleep_until(entry.task(),
              deadline_in({static_cast<time_t>(microseconds / microseconds_per_second),
                           rest * nanoseconds_per_microsecond}));
  return 0;
}

unsigned sleep(unsigned seconds) {
  Entry entry(__builtin_return_address(0));
  if (!entry) return real_sleep(seconds);
  sleep_until(entry.task(), deadline_in({static_cast<time_t>(seconds), 0}));
  return 0;
}
}
