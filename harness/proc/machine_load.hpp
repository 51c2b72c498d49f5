// How busy the machine is, for the record of what is timed. Thread-safe.
#pragma once

namespace assay::proc {

// Since boot, of all cores together; all 0 where the kernel doesn't tell.
struct MachineTimes {
  double all_s = 0;
  double stolen_s = 0;  // by the hypervisor, for other machines
};
MachineTimes machine_times();

// The share of the machine's time that was stolen in between, 0 to 1.
double stolen_share(const MachineTimes& before, const MachineTimes& after);

// Of the last minute: threads that ran or wanted to. 0 where the kernel doesn't tell.
double load_average();

}  // namespace assay::proc
