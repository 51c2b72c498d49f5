// Goal: the search ends at the highest rate that a server can take, always by the same way, and one
// disturbed try doesn't mislead it. Method: servers that are a function of the rate.
#include "load/rate_search.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <vector>

namespace assay::load {
namespace {

using std::chrono_literals::operator""s;

struct Way {
  std::vector<double> rates;
  std::optional<double> met;
  std::optional<double> missed;
};

Way search(double first, const std::function<bool(double rate, int tries)>& meets_it) {
  RateSearch rates(first);
  Way way;
  while (const auto rate = rates.next()) {
    way.rates.push_back(*rate);
    rates.told(meets_it(*rate, static_cast<int>(way.rates.size())));
  }
  way.met = rates.highest_met();
  way.missed = rates.lowest_missed();
  return way;
}

TEST(Searches, EndJustBelowWhatAServerCanTake) {
  for (const double capacity : {0.9, 17.0, 999.0, 1000.0, 54'321.0, 1'500'000.0}) {
    for (const double first : {1.0, 1000.0, 700'000.0}) {
      const Way way = search(first, [&](double rate, int) { return rate <= capacity; });
      ASSERT_TRUE(way.met && way.missed) << capacity << " from " << first;
      EXPECT_LE(*way.met, capacity);
      EXPECT_GT(*way.missed, capacity);
      EXPECT_LE(*way.missed / *way.met, 1.06);
    }
  }
}

TEST(Searches, TryWhatMissesOnceMore) {
  const Way way = search(1000, [](double rate, int tries) { return rate <= 3000 && tries != 2; });
  EXPECT_EQ(way.rates[1], 2000);
  EXPECT_EQ(way.rates[2], 2000);
  EXPECT_EQ(way.rates[3], 4000);
  EXPECT_GE(*way.met, 2850);
}

TEST(Searches, GoTheSameWayForTheSameAnswers) {
  const auto server = [](double rate, int) { return rate <= 12'345; };
  EXPECT_EQ(search(1000, server).rates, search(1000, server).rates);
  EXPECT_EQ(search(1000, [](double rate, int) { return rate <= 1500; }).rates,
            (std::vector<double>{1000, 2000, 2000, 1410, 1680, 1680, 1540, 1540, 1470}));
}

TEST(Searches, EndWhereNothingMissesAndWhereNothingMeets) {
  const Way easy = search(1000, [](double, int) { return true; });
  EXPECT_EQ(easy.met, 2e6);
  EXPECT_FALSE(easy.missed);
  const Way hopeless = search(1000, [](double, int) { return false; });
  EXPECT_FALSE(hopeless.met);
  EXPECT_EQ(hopeless.missed, 0.5);
  EXPECT_LE(hopeless.rates.size(), 60U);
}

Result answers(int quick, int slow, int failed) {
  Result result;
  result.offered = static_cast<std::uint64_t>(quick + slow + failed);
  for (int i = 0; i < quick; ++i) result.latency.record(1'000'000);
  for (int i = 0; i < slow; ++i) result.latency.record(50'000'000);
  return result;
}

TEST(Targets, CountErrorsAsSlow) {
  const LatencyTarget target{99, 20'000'000};
  EXPECT_TRUE(meets(answers(990, 10, 0), target));
  EXPECT_FALSE(meets(answers(989, 11, 0), target));
  EXPECT_TRUE(meets(answers(990, 0, 10), target));
  EXPECT_FALSE(meets(answers(989, 0, 11), target));
  EXPECT_FALSE(meets(answers(0, 0, 0), target));
  Result stopped = answers(1000, 0, 0);
  stopped.stopped = true;
  EXPECT_FALSE(meets(stopped, target));
}

TEST(Targets, GetTimeEnoughForTheirPercentile) {
  EXPECT_EQ(probe_time({99, 1}, 1000, 3s), 3s);
  EXPECT_NEAR(std::chrono::duration<double>(probe_time({99.9, 1}, 1000, 3s)).count(), 20, 0.001);
  EXPECT_EQ(probe_time({99.99, 1}, 10, 3s), 60s);
}

}  // namespace
}  // namespace assay::load
