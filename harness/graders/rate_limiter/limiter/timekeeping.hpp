// How a limiter tells the time from a clock that may go back, and which ways to do so are legal.
// Pure.
//
// Nobody knows how much time passes while a clock is set back. The contract says: none; what has
// passed is the sum of the clock's forward steps. Who sees these steps is the limiter's affair (all
// keys together, each by itself, groups of keys), and so is where its windows lie afterwards. So
// several answers are right, and each way here is one way to all of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graders/rate_limiter/limiter/mistakes.hpp"
#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

// A moment as a limiter sees it.
struct Moment {
  std::int64_t time_ns = 0;
  std::int64_t window = 0;      // the number of the window; always 0 for a bucket
  std::int64_t elapsed_ns = 0;  // of that window
  int epoch = 0;                // in a new one nothing is remembered: always 0 where time is legal
};

Moment later(Moment moment, std::int64_t wait_ns, const Policy& policy);

enum class Treatment {
  forward_steps,  // the sum of the forward steps; windows lie on that time
  carried_over,   // the same, but windows are the clock's: after a step back, what was counted is
                  // carried over to the window that the clock shows
  as_shown,       // wrong, like the rest: the clock is believed
  latest,         // the latest time that the clock has shown
  forgetful,      // the clock is believed, and nothing is remembered after a step back
};

struct Way {
  Treatment treatment = Treatment::forward_steps;
  // Keys of one group see each other's steps. A key that is not here is in the group "".
  std::map<std::string, std::string> group_of;
};

// Every legal way for these calls. They differ only where the clock goes back, so it is one way
// where it doesn't. Groups of keys are all tried for a few keys; more than that are taken together
// or each by itself.
std::vector<Way> legal_ways(const std::vector<Call>& calls, Kind kind);

// The ways in which a limiter with this mistake may see these calls.
std::vector<Way> ways_of(Mistake mistake, const std::vector<Call>& calls);

class Timekeeper {
 public:
  Timekeeper(Way way, const Policy& policy) : way_(std::move(way)), policy_(policy) {}

  Moment see(const Call& call);

 private:
  struct View {
    Moment moment;
    std::int64_t shown_ns = 0;
  };

  Moment at(std::int64_t time_ns) const;

  Way way_;
  Policy policy_;
  std::map<std::string, View> views_;  // by group
};

}  // namespace assay::graders::rate_limiter
