// Goal: the exact split keeps to the rule in allocation.hpp. Method: what the rule promises is
// looked at directly, for many amounts; small cases are worked out by hand.
#include "graders/payment_ledger/allocations/split.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "check/audit.hpp"

namespace assay::graders::payment_ledger {
namespace {

using Numbers = std::vector<std::int64_t>;

TEST(Split, HasTheKnownAnswers) {
  EXPECT_EQ(split({100, 0, 0, {1, 1, 1}}), (Split{0, {34, 33, 33}}));
  EXPECT_EQ(split({100, 290, 30, {1, 1, 1}}), (Split{33, {23, 22, 22}}));
  EXPECT_EQ(split({50, 100, 0, {1}}), (Split{1, {49}}));
  EXPECT_EQ(split({49, 100, 0, {1}}), (Split{0, {49}}));
  EXPECT_EQ(split({29, 290, 30, {1, 1}}), (Split{29, {0, 0}}));
  EXPECT_EQ(split({10, 0, 0, {1, 2, 4}}), (Split{0, {1, 3, 6}}));
  EXPECT_EQ(split({2, 0, 0, {1, 1, 1, 1, 1}}), (Split{0, {1, 1, 0, 0, 0}}));
  EXPECT_EQ(split({INT64_MAX, 0, 0, {1, 1}}), (Split{0, {INT64_MAX / 2 + 1, INT64_MAX / 2}}));
}

TEST(Split, AddsUpAndRoundsNoShareByAWholeUnit) {
  base::Random random(9);
  for (int i = 0; i < 20'000; ++i) {
    SplitRequest request{random.chance(0.2) ? INT64_MAX - i : random.between(0, 5'000),
                         random.between(0, 10'000),
                         random.between(0, 50),
                         {}};
    for (std::int64_t left = random.between(1, 9); left > 0; --left) {
      request.weights.push_back(random.between(left == 1 ? 1 : 0, 1'000'000));
    }
    const Split parts = split(request);
    const auto all = std::accumulate(request.weights.begin(), request.weights.end(), 0L);
    const std::int64_t rest = request.amount - parts.fee;
    check::AuditSum sum = parts.fee;
    for (std::size_t place = 0; place < parts.shares.size(); ++place) {
      sum += parts.shares[place];
      const auto off = check::AuditSum{parts.shares[place]} * all -
                       check::AuditSum{rest} * request.weights[place];
      ASSERT_LT(off, all) << to_line(request);
      ASSERT_GT(off, -check::AuditSum{all}) << to_line(request);
    }
    ASSERT_EQ(check::in_words(sum), std::to_string(request.amount)) << to_line(request);
  }
}

TEST(Split, EveryMistakeDiffersSomewhere) {
  const std::vector<SplitRequest> requests{{100, 0, 0, {1, 1, 1}}, {INT64_MAX, 0, 0, {1, 1}},
                                           {50, 100, 0, {1}},      {29, 290, 30, {1}},
                                           {10, 0, 0, {1, 2, 4}},  {11, 0, 0, {3, 0, 4, 4}}};
  for (const SplitMistake mistake : all_split_mistakes) {
    bool differs = false;
    for (const auto& request : requests) {
      differs = differs || split(request, mistake) != split(request);
    }
    EXPECT_TRUE(differs) << in_words(mistake);
  }
}

TEST(Split, SurvivesItsLine) {
  const SplitRequest request{7, 290, 30, {1, 0, 5}};
  EXPECT_EQ(to_line(parse_split_request(to_line(request))), to_line(request));
  EXPECT_EQ(parse_split(R"(200 {"fee": 3, "shares": [1,\x0a2]})"), (Split{3, {1, 2}}));
  EXPECT_FALSE(parse_split(R"(200 {"fee": 3})"));
  EXPECT_FALSE(parse_split("501 not implemented"));
}

}  // namespace
}  // namespace assay::graders::payment_ledger
