// Goal: numbers are short, and never say more than is true. Method: examples at each change of
// form.
#include "report/figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::report {
namespace {

constexpr Style kUnicode{.colour = false, .unicode = true};

std::vector<std::string> clearest(const std::vector<std::int64_t>& moments_ns) {
  std::vector<std::string> labels;
  for (const auto& choices : moment_labels(moments_ns, kUnicode)) labels.push_back(choices.front());
  return labels;
}

using Texts = std::vector<std::string>;

TEST(Figures, PointsAreNeverRoundedUp) {
  EXPECT_EQ(points_in_words(4), "4");
  EXPECT_EQ(points_in_words(2.5), "2.5");
  EXPECT_EQ(points_in_words(3.999), "3.99");
  EXPECT_EQ(points_in_words(0.1 + 0.2), "0.3");
  EXPECT_EQ(points_in_words(100), "100");
}

TEST(Figures, SecondsAreInAFittingUnit) {
  EXPECT_EQ(seconds_in_words(0.012), "12 ms");
  EXPECT_EQ(seconds_in_words(0.84), "0.8 s");
  EXPECT_EQ(seconds_in_words(9.96), "10 s");
  EXPECT_EQ(seconds_in_words(38.2), "38 s");
  EXPECT_EQ(seconds_in_words(125), "2 min 5 s");
}

TEST(Figures, LevelsStayShort) {
  EXPECT_EQ(level_in_words(3), "3");
  EXPECT_EQ(level_in_words(2.5), "2.5");
  EXPECT_EQ(level_in_words(1e6), "1000000");
  EXPECT_EQ(level_in_words(std::ldexp(1.0, 62)), "2^62");
  EXPECT_EQ(level_in_words(1.5e9), "1.5e+09");
}

TEST(Figures, MomentsShareAUnitWhereOneSuitsAll) {
  EXPECT_EQ(clearest({0, 100'000'000, 200'000'000}), (Texts{"0", "100", "200 ms"}));
  EXPECT_EQ(clearest({0, 7, 1500}), (Texts{"0", "7", "1500 ns"}));
  EXPECT_EQ(clearest({0, 25'500}), (Texts{"0", "25.5 µs"}));
  EXPECT_EQ(clearest({0, 60'000'000'000}), (Texts{"0", "1 min"}));
  EXPECT_EQ(clearest({0, 3'600'000'000'000}), (Texts{"0", "1 h"}));
  EXPECT_EQ(clearest({0, 86'400'000'000'000, 259'200'000'000'000}), (Texts{"0", "1", "3 d"}));
  EXPECT_EQ(clearest({0}), (Texts{"0"}));
}

TEST(Figures, ElseEachMomentHasItsOwn) {
  EXPECT_EQ(clearest({1, 1'000'000'000}), (Texts{"1 ns", "1 s"}));
  EXPECT_EQ(clearest({199'999'999, 200'000'000}), (Texts{"200 ms−1 ns", "200 ms"}));
  EXPECT_EQ(clearest({60'000'000'003}), (Texts{"60 s+3 ns"}));
  EXPECT_EQ(clearest({INT64_MAX - 1, INT64_MAX}), (Texts{"≈292 years", "+1 ns"}));
  EXPECT_EQ(clearest({123'456'789'012}), (Texts{"≈2.06 min"}));
}

}  // namespace
}  // namespace assay::report
