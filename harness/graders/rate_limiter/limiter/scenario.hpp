// What plans are made of: calls on a clock.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/model.hpp"
#include "graders/rate_limiter/limiter/plans.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {

// A late moment, at which a double can no longer tell one nanosecond from the next.
inline constexpr std::int64_t late_ns = max_time_ns / 4;

// Periods that a person can read, and some that no power of two or ten divides.
inline const std::vector<std::int64_t> plain_periods{20 * ms, 50 * ms, 100 * ms, 200 * ms,
                                                     500 * ms};
inline const std::vector<std::int64_t> odd_periods{3, 7, 49, 1'001, 333'333'333};

// Calls in the making. Time goes forward, but for back().
class Scenario {
 public:
  explicit Scenario(Policy policy) : policy_(policy), script_{setup_line(policy), {}} {}

  Scenario& wait(std::int64_t ns) { return at(now_ns_ + ns); }

  Scenario& at(std::int64_t ns) {
    now_ns_ = std::clamp(ns, now_ns_, max_time_ns);
    return *this;
  }

  Scenario& back(std::int64_t ns) {
    now_ns_ = std::max<std::int64_t>(0, now_ns_ - ns);
    return *this;
  }

  Scenario& acquire(std::int64_t cost, const std::string& key = "a", std::int64_t times = 1) {
    for (std::int64_t i = 0; i < times; ++i) {
      script_.operations.push_back(call_line({now_ns_, key, cost}));
    }
    return *this;
  }

  Scenario& drain() { return acquire(policy_.limit); }

  // The same calls again and again, `every` apart.
  Scenario& poll(std::int64_t every_ns, std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) wait(every_ns).acquire(1);
    return *this;
  }

  const Policy& policy() const { return policy_; }
  std::int64_t now_ns() const { return now_ns_; }
  operator grade::Script() const { return script_; }

 private:
  Policy policy_;
  std::int64_t now_ns_ = 0;
  grade::Script script_;
};

// Many keys at once: nobody is forgotten, and nobody is taken for somebody else.
Scenario crowd(Policy policy, const std::vector<std::string>& keys);
std::vector<std::string> numbered_keys(int count);
std::vector<std::string> similar_keys();  // as long as keys get, and different in one place only

// Back before all of it is free again, while somebody else kept calling: not forgotten meanwhile.
Scenario returning(Policy policy, std::int64_t away_ns, std::int64_t calls);

// A day in the life: several keys, gaps around the rate, every kind of cost.
struct Day {
  int calls = 0;
  int keys = 0;
  std::int64_t pause_ns = 0;            // between calls, about
  std::int64_t long_pause_periods = 0;  // now and then, at most
};
Scenario random_day(base::Random& random, Policy policy, const Day& day);

// Random costs, each at the time at which the model lets it in, and a nanosecond before.
Scenario chase(base::Random& random, Policy policy, std::int64_t start_ns, int rounds,
               std::int64_t pause_ns);

// Costs and times at the ends of what the contract allows.
Scenario ends_of_ranges(base::Random& random, Policy policy);

// Policies at the ends of what the contract allows, and two large ones.
std::vector<Policy> policies_at_the_ends(base::Random& random, Kind kind);

}  // namespace assay::graders::rate_limiter
