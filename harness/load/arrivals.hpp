// When requests are due: an absolute schedule, so that nothing that is late makes the next one late
// as well. Not thread-safe.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace assay::load {

class Arrivals {
 public:
  // Every 1/rate seconds, the first at 0; or, at random, with gaps that are exponential with that
  // mean (a Poisson process): what many users who know nothing of each other add up to.
  Arrivals(double rate_per_s, bool poisson, std::uint64_t seed);

  // The next one, in ns from the beginning of the schedule.
  std::int64_t next_ns() const { return next_ns_; }
  void advance();

 private:
  long double exponential_gap_ns();

  long double gap_ns_;
  bool poisson_;
  base::Random random_;
  std::uint64_t index_ = 0;
  long double sum_ns_ = 0;
  std::int64_t next_ns_ = 0;
};

}  // namespace assay::load
