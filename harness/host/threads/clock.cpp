#include "threads/clock.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "threads/hook.hpp"
#include "threads/real.hpp"
#include "threads/replacements.hpp"

namespace assay::host::threads {
namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;
// What reading a clock takes, so that waiting for one in a loop comes to an end.
constexpr std::int64_t read_ns = 100;
constexpr std::int64_t longest_ns = std::int64_t{1} << 60;  // some 36 years: as good as for ever

constexpr std::array virtual_clocks{CLOCK_REALTIME,         CLOCK_MONOTONIC,
                                    CLOCK_MONOTONIC_RAW,    CLOCK_REALTIME_COARSE,
                                    CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};

bool is_virtual(clockid_t clock) {
  return std::find(virtual_clocks.begin(), virtual_clocks.end(), clock) != virtual_clocks.end();
}

// How far ahead of the machine's the clocks are, for the waiting that was skipped.
std::atomic<std::int64_t> ahead_ns{0};
// What each clock showed at the beginning of the run.
std::array<std::int64_t, virtual_clocks.size()> began_ns{};

std::int64_t in_ns(const timespec& time) {
  if (time.tv_sec > longest_ns / nanoseconds) return longest_ns;
  return time.tv_sec * nanoseconds + time.tv_nsec;
}

std::int64_t outside_ns(clockid_t clock) {
  timespec now{};
  real::clock_gettime(clock, &now);
  return in_ns(now) + ahead_ns.load();
}

std::int64_t began_at_ns(clockid_t clock) {
  const auto* const found = std::find(virtual_clocks.begin(), virtual_clocks.end(), clock);
  return began_ns.at(static_cast<std::size_t>(found - virtual_clocks.begin()));
}

}  // namespace

void begin_virtual_time() {
  for (std::size_t i = 0; i < virtual_clocks.size(); ++i) {
    began_ns.at(i) = outside_ns(virtual_clocks.at(i));
  }
}

void end_virtual_time() { ahead_ns += scheduler().elapsed_ns(); }

std::int64_t deadline_at(clockid_t clock, const timespec& moment) {
  if (!is_virtual(clock)) return longest_ns;
  return std::max<std::int64_t>(0, in_ns(moment) - began_at_ns(clock));
}

std::int64_t deadline_in(const timespec& duration) {
  return std::min(longest_ns, scheduler().elapsed_ns() + in_ns(duration));
}

void keep_clock_replacements() {}

}  // namespace assay::host::threads

using namespace assay::host::threads;

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (!is_virtual(clock)) return real::clock_gettime(clock, now);
  Entry entry(__builtin_return_address(0));
  std::int64_t ns = 0;
  if (entry) {
    scheduler().elapsed_ns() += read_ns;
    ns = began_at_ns(clock) + scheduler().elapsed_ns();
  } else {
    ns = outside_ns(clock);
  }
  now->tv_sec = ns / nanoseconds;
  now->tv_nsec = ns % nanoseconds;
  return 0;
}
