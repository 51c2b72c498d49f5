// A machine that isn't there: it runs slices in virtual time and gives the rates that a disturbed
// machine would, from a seed. Its noise has heavy tails (Student's t with 2 degrees of freedom),
// drifts by a third and back within seconds, and other work takes more than half of it for bursts
// that last as long as half a slice to several.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

#include "base/random.hpp"
#include "measure/paired.hpp"

namespace assay::measure {

struct Noise {
  double spread = 0.03;  // of a slice's rate
  double drift = 0.3;
  double bursts = 0.15;  // share of the time that other work runs
  double left = 0.45;    // of the rate, then
};

class Machine {
 public:
  static constexpr double kSliceS = 0.05;
  static constexpr double kBurstS = 0.15;

  Machine(std::uint64_t seed, const Noise& noise)
      : random_(seed, "machine"), noise_(noise), phase_(6.28 * uniform()) {}

  std::chrono::nanoseconds now() const {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(now_s_ * 1e9));
  }

  // A solution that does so many operations per second when it is alone.
  Slice running(double rate) {
    return [this, rate] { return rate * disturbance(); };
  }

  Plan plan(double reference_rate, double subject_rate, std::uint64_t seed) {
    Plan plan;
    plan.reference = running(reference_rate);
    plan.subject = running(subject_rate);
    plan.control = running(reference_rate);
    plan.now = [this] { return now(); };
    plan.time = std::chrono::seconds(10);
    plan.seed = seed;
    return plan;
  }

 private:
  double uniform() { return (static_cast<double>(random_.next() >> 11U) + 0.5) * 0x1.0p-53; }

  double student() {
    const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185 * uniform());
    return normal / std::sqrt(-std::log(uniform()));
  }

  // The share of this slice during which other work runs.
  double share_of_burst() {
    double covered_s = 0;
    double left_s = kSliceS;
    while (left_s > 0) {
      if (until_change_s_ <= 0) {
        bursting_ = !bursting_;
        const double calm_s = kBurstS * (1 - noise_.bursts) / noise_.bursts;
        until_change_s_ = -std::log(uniform()) * (bursting_ ? kBurstS : calm_s);
      }
      const double step_s = std::fmin(left_s, until_change_s_);
      if (bursting_) covered_s += step_s;
      left_s -= step_s;
      until_change_s_ -= step_s;
    }
    return covered_s / kSliceS;
  }

  double disturbance() {
    const double burst = noise_.bursts > 0 ? share_of_burst() : 0;
    const double drift = 1 + noise_.drift / 2 * std::sin(phase_ + now_s_);
    now_s_ += kSliceS;
    return drift * (1 - burst * (1 - noise_.left)) * std::exp(noise_.spread * student());
  }

  base::Random random_;
  Noise noise_;
  double phase_;
  double now_s_ = 0;
  bool bursting_ = false;
  double until_change_s_ = 0;
};

}  // namespace assay::measure
