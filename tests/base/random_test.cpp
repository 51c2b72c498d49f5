// One seed, one run: the numbers are fixed for ever, on every machine.
#include "base/random.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace assay::base {
namespace {

TEST(Random, IsTheSameEverywhere) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317ULL);  // SplitMix64's published vector
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
}

TEST(Random, HasAStreamForEachPurpose) {
  EXPECT_NE(Random(1, "capacity").next(), Random(1, "refill").next());
  EXPECT_EQ(Random(1, "capacity").next(), Random(1, "capacity").next());
}

TEST(Random, StaysInItsRange) {
  Random random(7);
  std::vector<int> seen(5);
  for (int i = 0; i < 1'000; ++i) {
    const auto value = random.between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    ++seen[static_cast<std::size_t>(value + 2)];
  }
  for (const int count : seen) EXPECT_GT(count, 100);
  const auto whole = std::numeric_limits<std::int64_t>{};
  random.between(whole.min(), whole.max());
}

}  // namespace
}  // namespace assay::base
