// Goal: a histogram gives the percentiles of what was recorded, within the error that it states,
// and merging, or writing and reading it, changes nothing. Method: seeded values over all sizes,
// beside the same values sorted, of which the percentiles are looked up.
#include "base/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace assay::base {
namespace {

constexpr double kError = 1.0 / 128;
constexpr double kPercents[] = {1, 50, 90, 99, 99.9, 99.99, 100};

// From nanoseconds to an hour, each power of two as likely.
std::vector<std::int64_t> durations(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::int64_t> values;
  for (int i = 0; i < count; ++i) {
    const std::int64_t limit = std::int64_t{1} << random.between(0, 41);
    values.push_back(random.between(0, limit));
  }
  return values;
}

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value);
  return histogram;
}

TEST(Histograms, GivePercentilesWithinTheStatedError) {
  for (const int count : {1, 7, 1000, 20'000}) {
    auto values = durations(count, 42);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    for (const double percent : kPercents) {
      const auto rank = static_cast<std::size_t>(std::ceil(percent * count / 100 - 1e-9));
      const auto truth = values[std::max<std::size_t>(rank, 1) - 1];
      const auto given = histogram.percentile_ns(percent);
      EXPECT_GE(given, truth) << percent << " of " << count;
      EXPECT_LE(static_cast<double>(given), static_cast<double>(truth) * (1 + kError) + 0.5);
      EXPECT_EQ(histogram.beyond(percent), values.size() - std::max<std::size_t>(rank, 1));
    }
    EXPECT_EQ(histogram.max_ns(), values.back());
  }
}

TEST(Histograms, AreExactBelow256) {
  for (std::int64_t value = 0; value < 256; ++value) {
    Histogram histogram;
    histogram.record(value);
    histogram.record(1'000'000);
    EXPECT_EQ(histogram.percentile_ns(50), value);
  }
}

TEST(Histograms, CountWhatDidNotExceedADuration) {
  const auto values = durations(10'000, 7);
  const Histogram histogram = histogram_of(values);
  for (const std::int64_t limit : {std::int64_t{255}, std::int64_t{1'048'575}}) {  // bucket ends
    const auto truth = std::count_if(values.begin(), values.end(),
                                     [&](std::int64_t value) { return value <= limit; });
    EXPECT_EQ(histogram.at_most(limit), static_cast<std::uint64_t>(truth));
  }
  EXPECT_EQ(histogram.at_most(histogram.max_ns()), histogram.count());
  EXPECT_EQ(Histogram().at_most(5), 0U);
}

TEST(Histograms, KnowTheExactMeanAndMaximum) {
  Histogram histogram;
  EXPECT_EQ(histogram.mean_ns(), 0);
  EXPECT_EQ(histogram.percentile_ns(99), 0);
  for (const std::int64_t value : {1'000'001, 2'000'002, 3'000'006}) histogram.record(value);
  EXPECT_DOUBLE_EQ(histogram.mean_ns(), 2'000'003);
  EXPECT_EQ(histogram.max_ns(), 3'000'006);
}

TEST(Histograms, TakeWhatIsTooLongOrNegative) {
  Histogram histogram;
  histogram.record(-5);
  EXPECT_EQ(histogram.percentile_ns(100), 0);
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.percentile_ns(100), Histogram::kLongest_ns);
  EXPECT_EQ(histogram.max_ns(), INT64_MAX);
}

TEST(Histograms, MergedAreAsIfOneHadRecordedAll) {
  const auto first = durations(5'000, 1);
  const auto second = durations(300, 2);
  Histogram merged = histogram_of(first);
  merged.merge(histogram_of(second));
  auto all = first;
  all.insert(all.end(), second.begin(), second.end());
  EXPECT_EQ(merged, histogram_of(all));
}

TEST(Histograms, AreTheSameAfterTheirText) {
  for (const int count : {0, 1, 3'000}) {
    const Histogram histogram = histogram_of(durations(count, 3));
    const auto read = Histogram::from_text(histogram.text());
    ASSERT_TRUE(read) << histogram.text();
    EXPECT_EQ(*read, histogram);
  }
  Histogram histogram;
  for (const std::int64_t value : {3, 3, 300}) histogram.record(value);
  EXPECT_EQ(histogram.text(), "ns 1 sum 306 max 300 3:2 300:1");
}

TEST(Histograms, AreNotReadFromOtherText) {
  for (const auto* const text :
       {"", "ns 1", "ns 2 sum 0 max 0", "ns 1 sum x max 0", "ns 1 sum 0 max -1",
        "ns 1 sum 6 max 3 3:2 3:2", "ns 1 sum 6 max 3 3", "ns 1 sum 6 max 3 3:0",
        "ns 1 sum 301 max 301 301:1", "ns 1 sum 6 max 3 9000000000000000:1", "ns 1 sum 6 max 3 "}) {
    EXPECT_FALSE(Histogram::from_text(text)) << text;
  }
}

}  // namespace
}  // namespace assay::base
