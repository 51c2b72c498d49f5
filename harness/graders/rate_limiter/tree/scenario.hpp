// Calls of a tree in the making.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

// Periods that a person can read, and a moment at which a double can't tell nanoseconds apart.
inline const std::vector<std::int64_t> round_periods{30 * ms, 60 * ms, 100 * ms, 250 * ms,
                                                     700 * ms};
inline constexpr std::int64_t late_at_ns = max_time_ns / 3;

class TreeScenario {
 public:
  explicit TreeScenario(const TreePolicy& policy) : script_{setup_line(policy), {}} {}

  TreeScenario& wait(std::int64_t ns) { return at(now_ns_ + ns); }

  TreeScenario& at(std::int64_t ns) {
    now_ns_ = std::clamp(ns, now_ns_, max_time_ns);
    return *this;
  }

  TreeScenario& spend(const std::string& key, const std::string& route, std::int64_t cost = 1,
                      std::int64_t times = 1) {
    const auto line = operation_line({now_ns_, key, route, cost});
    for (std::int64_t i = 0; i < times; ++i) script_.operations.push_back(line);
    return *this;
  }

  // How many calls a node of a path would have denied, or each of them.
  TreeScenario& count(TreeLevel level, const std::string& key, const std::string& route) {
    script_.operations.push_back(operation_line({0, key, route, 0, level}));
    return *this;
  }

  TreeScenario& count(const std::string& key, const std::string& route) {
    for (const auto level : {TreeLevel::organisation, TreeLevel::key, TreeLevel::route}) {
      count(level, key, route);
    }
    return *this;
  }

  std::int64_t now_ns() const { return now_ns_; }
  operator grade::Script() const { return script_; }

 private:
  std::int64_t now_ns_ = 0;
  grade::Script script_;
};

}  // namespace assay::graders::rate_limiter
