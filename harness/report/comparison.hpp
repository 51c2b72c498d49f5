// Solutions of one level side by side: what each costs, and what it is built like. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "report/style.hpp"

namespace assay::report {

struct ComparedDesign {
  std::string name;  // "yours", "reference", or a variant's
  std::string path;
  std::string design;                   // in a few words; empty for yours
  std::string trade_off;                // in two sentences; empty for yours
  std::map<std::string, double> costs;  // those that were measured, by name
  std::string trouble;                  // why nothing could be measured of it; usually empty
};

struct Comparison {
  std::string exercise;
  std::string title;
  int level = 0;
  std::string level_title;
  std::string passed_in;  // the run
  std::uint64_t seed = 0;
  double seconds = 0;
  std::vector<std::string> costs;  // all names, in the order of the rows
  std::vector<ComparedDesign> designs;
  std::vector<std::string> questions;
  std::vector<std::string> notes = {};  // what rows mean
};

std::string comparison(const Comparison& comparison, const Style& style);

// The document `assay-compare/1` (docs/learning.md).
std::string to_json(const Comparison& comparison);

}  // namespace assay::report
