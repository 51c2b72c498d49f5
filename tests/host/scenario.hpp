// What the tests run under the scheduler. Everything in subjects/ is compiled as a solution is.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace assay::host_test {

struct Scenario {
  std::vector<std::function<void()>> bodies;
  std::function<std::string()> mistake;  // what went wrong, after the run; empty if nothing
};

// Wrong, but only under some interleavings.
Scenario check_then_act();
Scenario lost_update();
Scenario three_switches();  // needs three switches, each at its place

// Right under all.
Scenario compare_and_swap_loop();
struct Named {
  const char* name;
  Scenario (*make)();
};
std::vector<Named> right_scenarios();

// Never ends, under some interleavings or under all.
Scenario opposite_lock_order();
Scenario locks_twice();
Scenario lost_wake_up();
Scenario waits_for_nobody();

Scenario throws();
Scenario sleeps_and_times_out();

}  // namespace assay::host_test
