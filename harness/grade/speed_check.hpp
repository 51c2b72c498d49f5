// A check of speed: the same work, in slices, by the solution and by the reference, interleaved in
// one run (measure/paired.hpp). The grader holds the clock, and work counts only if it was done:
// every slice's answer has to be the reference's.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "grade/check.hpp"
#include "measure/paired.hpp"

namespace assay::grade {

class SpeedCheck : public Check {
 public:
  // `unit` is what a slice does many of: "decisions".
  SpeedCheck(CheckInfo info, std::string unit, std::vector<measure::Boundary> boundaries);

  Evidence collect(Workbench& workbench, std::uint64_t seed) const final;
  Evidence repeat(Workbench& workbench, const Evidence& before, std::uint64_t seed) const final;
  CheckResult judge(const Evidence& evidence) const final;

  // Cores that it needs; with fewer it is unavailable.
  virtual unsigned cores() const = 0;

  // Makes what is measured.
  virtual std::string setup() const = 0;

  // What comes before a slice, untimed, so that slices don't depend on those before.
  virtual std::vector<std::string> reset() const = 0;

  // A slice of `count` units, whose answer depends on the seed and on nothing else.
  virtual std::string slice(std::uint64_t seed, std::int64_t count) const = 0;

 private:
  const std::string unit_;
  const std::vector<measure::Boundary> boundaries_;
};

}  // namespace assay::grade
