#include "proc/machine_load.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

namespace assay::proc {

// proc(5): user, nice, system, idle, iowait, irq, softirq, steal; the guests' are in user and nice.
MachineTimes machine_times() {
  std::ifstream lines("/proc/stat");
  std::string name;
  lines >> name;
  MachineTimes times;
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  double ticks = 0;
  for (int i = 0; i < 8 && lines >> ticks; ++i) {
    times.all_s += ticks / ticks_per_second;
    if (i == 7) times.stolen_s = ticks / ticks_per_second;
  }
  return times;
}

double stolen_share(const MachineTimes& before, const MachineTimes& after) {
  const double all_s = after.all_s - before.all_s;
  return all_s > 0 ? std::clamp((after.stolen_s - before.stolen_s) / all_s, 0.0, 1.0) : 0;
}

double load_average() {
  double last_minute = 0;
  return ::getloadavg(&last_minute, 1) == 1 ? last_minute : 0;
}

}  // namespace assay::proc
