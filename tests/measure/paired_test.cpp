// Paired measurement on a machine that isn't there (machine.hpp), hundreds of seeded runs: it tells
// what differs, and doesn't tell apart what doesn't; it takes the time that it needs and no more;
// and what can't be a measurement is never worth a point.
#include "measure/paired.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "machine.hpp"

namespace assay::measure {
namespace {

using std::chrono::seconds;

constexpr int kRuns = 400;
const std::vector<Boundary> kBoundaries = {{0.8, 1}, {0.4, 0.5}};

struct Counts {
  int slower = 0;
  int faster = 0;
};

// Of kRuns runs, each with all the time that a check has by default.
Counts told(double speed, const Noise& noise = {}) {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    Machine machine(seed, noise);
    Plan plan = machine.plan(1e6, 1e6 * speed, seed);
    plan.fewest_pairs = kPairLimit;
    const Figure figure = judge(measure(plan), {});
    if (figure.slower()) ++counts.slower;
    if (figure.faster()) ++counts.faster;
  }
  return counts;
}

Samples samples_of(const Pair& pair, const Pair& control, std::size_t count = 20) {
  return {1, std::vector<Pair>(count, pair), std::vector<Pair>(count, control)};
}

constexpr Pair kEqual = {100, 100, 100, 100};

TEST(Paired, TellsTenPercentInNineteenOfTwenty) {
  const Counts slower = told(0.9);
  EXPECT_GE(slower.slower, kRuns * 19 / 20);
  EXPECT_EQ(slower.faster, 0);
  const Counts faster = told(1 / 0.9);
  EXPECT_GE(faster.faster, kRuns * 19 / 20);
  EXPECT_EQ(faster.slower, 0);
}

TEST(Paired, DoesNotTellASolutionFromItself) {
  const Counts same = told(1);
  EXPECT_LE(same.slower + same.faster, kRuns / 20);
}

TEST(Paired, TellsOnePercentFromNothing) {
  const Counts nearly = told(0.99, {0.002, 0.3, 0, 1});
  EXPECT_EQ(nearly.slower + nearly.faster, 0) << "a difference in the dead band is none";
}

TEST(Paired, IsNotMovedByABurstThatHitsOne) {
  std::vector<Pair> pairs(24, kEqual);
  for (std::size_t at = 0; at < 4; ++at) pairs[at] = {100, 1, 30, 100};
  const Figure figure = judge({1, pairs, std::vector<Pair>(12, kEqual)}, kBoundaries);
  EXPECT_EQ(figure.ratio, 1);
  EXPECT_TRUE(figure.decided) << figure.why_noisy;
  EXPECT_EQ(figure.share, 1);
}

TEST(Paired, IsNotMovedByEvenDrift) {
  std::vector<Pair> pairs;
  for (int at = 0; at < 48; at += 4) {
    const double rate = 1000.0 + 20 * at;
    pairs.push_back({rate, rate + 20, rate + 40, rate + 60});
  }
  EXPECT_NEAR(judge({1, pairs, pairs}, {}).ratio, 1, 0.001);
}

TEST(Paired, StopsAsSoonAsItIsClear) {
  Machine machine(1, {0.01, 0.1, 0, 1});
  Plan plan = machine.plan(1e6, 1e6, 1);
  plan.boundaries = kBoundaries;
  const Figure figure = judge(measure(plan), plan.boundaries);
  EXPECT_TRUE(figure.decided) << figure.why_noisy;
  EXPECT_EQ(figure.share, 1);
  EXPECT_EQ(figure.pairs, kFewestPairs);
}

TEST(Paired, TakesMorePairsAtABoundaryUntilTheTimeIsOver) {
  Machine machine(1, {});
  Plan plan = machine.plan(1e6, 0.8e6, 1);
  plan.boundaries = kBoundaries;
  const Figure figure = judge(measure(plan), plan.boundaries);
  EXPECT_FALSE(figure.decided);
  EXPECT_EQ(figure.share, 0);
  EXPECT_NE(figure.why_noisy.find("the boundary is 0.8"), std::string::npos) << figure.why_noisy;
  EXPECT_GT(figure.pairs, 2 * kFewestPairs);
  EXPECT_LE(machine.now(), plan.time);
  EXPECT_GT(machine.now(), plan.time - seconds(1));
}

TEST(Paired, NearABoundaryIsHardlyEverWrong) {
  int wrong = 0;
  int noisy = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    Machine machine(seed, {});
    Plan plan = machine.plan(1e6, 0.85e6, seed);
    plan.boundaries = kBoundaries;
    const Figure figure = judge(measure(plan), plan.boundaries);
    if (figure.decided && figure.share != 1) ++wrong;
    if (!figure.decided) ++noisy;
  }
  EXPECT_LE(wrong, kRuns / 100);
  EXPECT_LE(noisy, kRuns * 2 / 3);
}

TEST(Paired, EndsInTimeWhateverTheTime) {
  for (const double time_s : {0.0, 0.1, 0.5, 1.0, 3.0}) {
    Machine machine(1, {});
    Plan plan = machine.plan(1e6, 1e6, 1);
    plan.time = std::chrono::nanoseconds(static_cast<std::int64_t>(time_s * 1e9));
    plan.fewest_pairs = kPairLimit;
    const Samples samples = measure(plan);
    EXPECT_LE(machine.now(),
              std::max<std::chrono::nanoseconds>(plan.time, std::chrono::milliseconds(150)));
    EXPECT_EQ(judge(samples, {}).decided, samples.pairs.size() >= kFewestPairs);
  }
}

TEST(Paired, HasALimitOfPairsWhereTheClockStands) {
  Plan plan;
  plan.reference = plan.subject = plan.control = [] { return 1.0; };
  plan.now = [] { return std::chrono::nanoseconds(0); };
  plan.fewest_pairs = kPairLimit;
  EXPECT_EQ(measure(plan).pairs.size(), std::size_t{kPairLimit});
}

TEST(Paired, InterleavesAndWarmsUp) {
  std::string order;
  const auto slice = [&order](char name) {
    return [&order, name] {
      order += name;
      return 1.0;
    };
  };
  Plan plan;
  plan.reference = slice('A');
  plan.subject = slice('B');
  plan.control = slice('C');
  plan.now = [] { return std::chrono::nanoseconds(0); };
  measure(plan);
  EXPECT_EQ(order.substr(0, 23),
            "CBA"
            "ABBA"
            "ACCA"
            "ABBA"
            "ABBA"
            "ACCA");
}

TEST(Paired, PassesOnWhatASliceThrows) {
  Machine machine(1, {});
  Plan plan = machine.plan(1, 1, 1);
  plan.subject = []() -> double { throw std::runtime_error("the subject is gone"); };
  EXPECT_THROW(measure(plan), std::runtime_error);
}

TEST(Paired, IsNoisyWhereTheReferenceDiffersFromItself) {
  const Figure biased = judge(samples_of(kEqual, {100, 90, 90, 100}), kBoundaries);
  EXPECT_FALSE(biased.decided);
  EXPECT_EQ(biased.share, 0);
  EXPECT_EQ(biased.why_noisy, "the reference differs from itself: 0.9 to 0.9");
}

TEST(Paired, IsNoisyWhereTheReferenceIsAnything) {
  Samples samples = samples_of(kEqual, {100, 50, 50, 100});
  for (std::size_t at = 0; at < samples.controls.size(); at += 2) {
    samples.controls[at] = {100, 200, 200, 100};
  }
  const Figure wild = judge(samples, kBoundaries);
  EXPECT_FALSE(wild.decided);
  EXPECT_EQ(wild.why_noisy, "the reference against itself is anything from 0.5 to 2");
}

TEST(Paired, GivesTheShareOfTheBand) {
  for (const auto& [rate, share] : std::vector<std::pair<double, double>>{
           {200, 1}, {80, 1}, {79, 0.5}, {40, 0.5}, {39, 0}, {0, 0}}) {
    const Figure figure = judge(samples_of({100, rate, rate, 100}, kEqual), kBoundaries);
    EXPECT_TRUE(figure.decided) << figure.why_noisy;
    EXPECT_EQ(figure.share, share) << rate;
  }
}

TEST(Paired, NeverPassesWhatIsNoMeasurement) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const double endless = std::numeric_limits<double>::infinity();
  const double largest = std::numeric_limits<double>::max();
  const double smallest = std::numeric_limits<double>::denorm_min();
  for (const Pair& bad :
       {Pair{none, 1, 1, 1}, Pair{1, none, 1, 1}, Pair{1, endless, 1, 1}, Pair{endless, 1, 1, 1},
        Pair{0, 1, 1, 1}, Pair{1, 1, 1, 0}, Pair{1, -1, -1, 1}, Pair{-1, 1, 1, -1},
        Pair{0, 0, 0, 0}, Pair{smallest, largest, largest, smallest}}) {
    for (const Samples& samples : {samples_of(bad, kEqual), samples_of(kEqual, bad)}) {
      const Figure figure = judge(samples, kBoundaries);
      EXPECT_FALSE(figure.decided) << to_text({1, {bad}, {}});
      EXPECT_EQ(figure.share, 0);
      EXPECT_FALSE(figure.why_noisy.empty());
      EXPECT_FALSE(figure.slower() || figure.faster());
    }
  }
}

TEST(Paired, DoesWithoutASliceInTen) {
  Samples samples = samples_of(kEqual, kEqual);
  for (std::size_t i = 0; i < 4; ++i) samples.pairs[3 * i].subject_first = kNoRate;
  EXPECT_TRUE(judge(samples, kBoundaries).decided);
  EXPECT_EQ(judge(samples, kBoundaries).ratio, 1);
  samples.controls[7].reference_after = kNoRate;
  EXPECT_EQ(judge(samples, kBoundaries).why_noisy, "5 of 40 pairs have a slice without a rate");
}

TEST(Paired, NeverPassesTooFewPairs) {
  for (const std::size_t count : {0U, 1U, 7U}) {
    const Figure figure = judge(samples_of(kEqual, kEqual, count), kBoundaries);
    EXPECT_FALSE(figure.decided);
    EXPECT_EQ(figure.share, 0);
    EXPECT_FALSE(figure.slower() || figure.faster());
  }
  EXPECT_EQ(judge({}, {}).why_noisy, "0 pairs were timed and 0 controls; 8 and 4 are needed");
}

TEST(Paired, IsJudgedAgainFromItsText) {
  Machine machine(5, {});
  Plan plan = machine.plan(1e6, 0.9e6, 5);
  const Samples samples = measure(plan);
  const auto again = samples_from_text(to_text(samples));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, samples);
  EXPECT_EQ(in_words(judge(*again, {})), in_words(judge(samples, {})));
}

TEST(Paired, SaysItsFigure) {
  Figure figure;
  figure.ratio = 0.914;
  figure.low = 0.893;
  figure.high = 0.9312;
  figure.pairs = 12;
  figure.control_low = 0.98;
  figure.control_high = 1.024;
  EXPECT_EQ(in_words(figure),
            "0.914 of the reference's speed (0.893 to 0.931; 12 pairs; the reference itself "
            "0.98 to 1.02)");
}

}  // namespace
}  // namespace assay::measure
