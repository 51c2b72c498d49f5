// The bootstrap against what theory says: how often its interval has the true median in it.
#include "measure/statistics.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace assay::measure {
namespace {

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({4, 1}), 2.5);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({7, 1, 3, 100}), 5);
}

TEST(Interval, OfNothingOrOneValueIsThatValue) {
  EXPECT_EQ(interval_of_median({}, 0.98, 1).high, 0);
  EXPECT_EQ(interval_of_median({3}, 0.98, 1).low, 3);
  EXPECT_EQ(interval_of_median({3}, 0.98, 1).high, 3);
}

TEST(Interval, IsTheSameForTheSameSeed) {
  const std::vector<double> values = {1, 5, 2, 9, 4, 4, 8, 3, 7, 11};
  EXPECT_EQ(interval_of_median(values, 0.9, 7).low, interval_of_median(values, 0.9, 7).low);
  EXPECT_LE(interval_of_median(values, 0.9, 7).low, median(values));
  EXPECT_GE(interval_of_median(values, 0.9, 7).high, median(values));
}

TEST(Interval, OfMoreConfidenceIsWider) {
  base::Random random(1);
  std::vector<double> values;
  for (int count = 0; count < 50; ++count) {
    values.push_back(static_cast<double>(random.between(0, 1'000'000)));
  }
  const Interval narrow = interval_of_median(values, 0.5, 1);
  const Interval wide = interval_of_median(values, 0.98, 1);
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_GT(wide.high, narrow.high);
}

// A skewed distribution, the square of a uniform one; its median is a quarter.
TEST(Interval, HasTheTrueMedianInItAboutAsOftenAsItSays) {
  constexpr int kRuns = 400;
  base::Random random(3);
  int inside = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> values;
    for (int count = 0; count < 25; ++count) {
      const double uniform = static_cast<double>(random.between(0, 1'000'000)) / 1e6;
      values.push_back(uniform * uniform);
    }
    const Interval interval = interval_of_median(values, 0.9, static_cast<std::uint64_t>(run));
    if (interval.low <= 0.25 && 0.25 <= interval.high) ++inside;
  }
  EXPECT_GT(inside, kRuns * 85 / 100);
  EXPECT_LT(inside, kRuns * 96 / 100);
}

}  // namespace
}  // namespace assay::measure
