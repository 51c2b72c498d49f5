// Goal: requests are due exactly when the rate says, for ever, and random arrivals are a Poisson
// process. Method: the schedule beside what a division gives; means and variances of seeded draws
// within bounds that chance keeps to.
#include "load/arrivals.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::load {
namespace {

std::vector<std::int64_t> first(int count, double rate_per_s, bool poisson, std::uint64_t seed) {
  Arrivals arrivals(rate_per_s, poisson, seed);
  std::vector<std::int64_t> due;
  for (int i = 0; i < count; ++i, arrivals.advance()) due.push_back(arrivals.next_ns());
  return due;
}

TEST(ConstantArrivals, AreExactAfterMillions) {
  Arrivals arrivals(30'000, false, 1);  // 33,333.3 ns apart
  for (std::int64_t i = 0; i < 3'000'000; ++i, arrivals.advance()) {
    if (i % 100'000 == 0) {
      EXPECT_EQ(arrivals.next_ns(), (i * 100'000 + 1) / 3) << i;
    }
  }
}

TEST(ConstantArrivals, TakeRatesBelowOne) {
  EXPECT_EQ(first(3, 0.5, false, 1), (std::vector<std::int64_t>{0, 2'000'000'000, 4'000'000'000}));
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  for (const double value : values) moments.mean += value / static_cast<double>(values.size());
  for (const double value : values) {
    moments.variance +=
        (value - moments.mean) * (value - moments.mean) / static_cast<double>(values.size() - 1);
  }
  return moments;
}

TEST(PoissonArrivals, HaveExponentialGaps) {
  constexpr int count = 200'000;
  const auto due = first(count, 1000, true, 42);
  std::vector<double> gaps_ms;
  for (std::size_t i = 1; i < due.size(); ++i) {
    gaps_ms.push_back(static_cast<double>(due[i] - due[i - 1]) / 1e6);
  }
  const Moments moments = moments_of(gaps_ms);
  const double error = 1 / std::sqrt(count);
  EXPECT_NEAR(moments.mean, 1, 4 * error);
  EXPECT_NEAR(moments.variance, 1, 4 * std::sqrt(8) * error);  // of an exponential's variance
}

TEST(PoissonArrivals, AreAsManyInEachSecondAsAPoissonDistributionSays) {
  const auto due = first(200'000, 100, true, 7);
  std::vector<double> per_second(1900);
  for (const std::int64_t ns : due) {
    const auto second = static_cast<std::size_t>(ns / 1'000'000'000);
    if (second < per_second.size()) per_second[second] += 1;
  }
  const Moments moments = moments_of(per_second);
  EXPECT_NEAR(moments.mean, 100, 1);
  EXPECT_NEAR(moments.variance / moments.mean, 1, 0.13);  // 4 standard deviations
}

TEST(PoissonArrivals, FollowFromTheSeed) {
  EXPECT_EQ(first(100, 1000, true, 3), first(100, 1000, true, 3));
  EXPECT_NE(first(100, 1000, true, 3), first(100, 1000, true, 4));
}

}  // namespace
}  // namespace assay::load
