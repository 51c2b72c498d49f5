// A gate's state in words and as JSON, for the control and the end of `assay proxy`. Pure.
#pragma once

#include <string>
#include <vector>

#include "fault/counters.hpp"
#include "fault/fault.hpp"
#include "fault/runner.hpp"

namespace assay::fault {

struct GateReport {
  std::string listen;
  std::string upstream;
  std::uint64_t seed = 0;
  std::vector<Fault> in_force;
  Counters counters;
  std::vector<Event> events;  // what was done, by schedule, control or command line
};

std::string counters_text(const Counters& counters);
std::string in_words(const GateReport& report);
// One document, `assay-proxy/1`.
std::string to_json(const GateReport& report);

}  // namespace assay::fault
