// Samples survive their text exactly, whatever they are, and nothing else is taken for samples.
#include "measure/samples.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace assay::measure {
namespace {

TEST(Samples, HaveACompactText) {
  const Samples samples{42, {{10250, 9871.2, 0, 1e9}}, {{1, 2, 3, 0.5}}};
  EXPECT_EQ(to_text(samples), "paired 1 seed 42 pairs 10250,9871.2,0,1e+09 controls 1,2,3,0.5");
}

TEST(Samples, SurviveTheirText) {
  const double largest = std::numeric_limits<double>::max();
  const double smallest = std::numeric_limits<double>::denorm_min();
  const double endless = std::numeric_limits<double>::infinity();
  for (const Samples& samples : {Samples{}, Samples{~0ULL, {{1.0 / 3, -1, largest, smallest}}, {}},
                                 Samples{1, {}, {{endless, -endless, -0.0, 1e-7}, {1, 2, 3, 4}}}}) {
    EXPECT_EQ(samples_from_text(to_text(samples)), samples) << to_text(samples);
  }
}

TEST(Samples, WithoutANumberSurviveTheirText) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Samples samples{1, {{none, 1, 1, 1}}, {}};
  const auto read = samples_from_text(to_text(samples));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->pairs.at(0).reference_before != read->pairs.at(0).reference_before);
}

TEST(Samples, AreNotReadFromOtherText) {
  for (const char* text :
       {"", "paired", "paired 2 seed 1 pairs controls", "paired 1 seed x pairs controls",
        "paired 1 seed 1 pairs", "paired 1 seed 1 controls pairs", "paired 1 seed 1 pairs 1,2,3",
        "paired 1 seed 1 pairs 1,2,3,4,5 controls", "paired 1 seed 1 pairs 1,2,3,x controls",
        "paired 1 seed 1 pairs controls controls", "paired 1 seed 1 pairs  controls",
        "paired 1 seed 1 pairs controls "}) {
    EXPECT_FALSE(samples_from_text(text)) << text;
  }
}

TEST(Samples, OfMorePairsThanAreEverTakenAreNotRead) {
  Samples samples{1, std::vector<Pair>(kPairLimit, Pair{1, 1, 1, 1}), {}};
  EXPECT_TRUE(samples_from_text(to_text(samples)));
  samples.pairs.push_back({});
  EXPECT_FALSE(samples_from_text(to_text(samples)));
}

TEST(Samples, KeepFiveDigits) {
  EXPECT_EQ(shortened(1234567.0), 1234600.0);
  EXPECT_EQ(shortened(0.000123456), 0.00012346);
  EXPECT_EQ(shortened(0), 0);
  EXPECT_EQ(shortened(-123456), -123460);
  const double endless = std::numeric_limits<double>::infinity();
  EXPECT_EQ(shortened(endless), endless);
}

}  // namespace
}  // namespace assay::measure
