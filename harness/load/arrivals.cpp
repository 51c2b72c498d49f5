#include "load/arrivals.hpp"

#include <cmath>

namespace assay::load {

Arrivals::Arrivals(double rate_per_s, bool poisson, std::uint64_t seed)
    : gap_ns_(1e9L / rate_per_s), poisson_(poisson), random_(seed, "arrivals") {
  if (!poisson_) return;
  sum_ns_ = exponential_gap_ns();
  next_ns_ = std::llround(sum_ns_);
}

void Arrivals::advance() {
  if (poisson_) {
    sum_ns_ += exponential_gap_ns();
    next_ns_ = std::llround(sum_ns_);
  } else {
    // Multiplied, not added up, so that rounding doesn't add up either.
    next_ns_ = std::llround(static_cast<long double>(++index_) * gap_ns_);
  }
}

long double Arrivals::exponential_gap_ns() {
  const double uniform = (static_cast<double>(random_.next() >> 11U) + 0.5) * 0x1.0p-53;
  return -std::log(uniform) * gap_ns_;
}

}  // namespace assay::load
