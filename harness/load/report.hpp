// What a load has to say: for people, or as one JSON document. Pure.
#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "load/rate_search.hpp"
#include "load/result.hpp"

namespace assay::load {

struct Probe {
  double rate_per_s = 0;
  bool met = false;
};

struct FoundRate {
  LatencyTarget target;
  std::vector<Probe> probes;  // as many as there are steps in the report
  std::optional<double> highest_met;
  std::optional<double> lowest_missed;
};

struct Report {
  std::string url;
  std::chrono::nanoseconds warm_up{};
  std::uint64_t seed = 0;
  std::vector<Result> steps;  // one for each rate
  std::optional<FoundRate> found;
};

// Columns, as for a terminal.
void print(const Report& report, std::ostream& out);
void print(const Result& result, std::ostream& out);
void print(const FoundRate& found, std::ostream& out);

// Whether what was offered came back in time, but for 2 %.
bool kept_up(const Result& result);

// Reasons to doubt the figures, a sentence each: the generator was late, errors, and so on.
std::vector<std::string> doubts(const Result& result);

// docs/load.md says what is in it.
std::string json_of(const Report& report);
std::string json_of(const Result& result);

}  // namespace assay::load
