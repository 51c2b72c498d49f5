// Goal: a learner sees what they said, what is, and what it was worth. Method: one whole report,
// and its score.
#include "report/predictions.hpp"

#include <gtest/gtest.h>

namespace assay::report {
namespace {

constexpr Style kPlain{.colour = false, .unicode = true, .columns = 60};

std::vector<PredictionOutcome> outcomes() {
  const grade::PredictionQuestion share{
      "What share of the calls is denied?", "%", 100, {}, nullptr};
  const grade::PredictionQuestion which{"How many?", "", 0, {"more", "fewer"}, nullptr};
  return {{1, "share", share, 20, {33.4, "Of 9 calls 3 were."}, ""},
          {2, "late", share, 50, {50, "So it was."}, "r-0007"},
          {3, "which", which, 1, {std::nullopt, "the machine is too busy"}, ""},
          {3, "again", which, 1, {1, "So it was."}, ""}};
}

TEST(PredictionsReport, TellsYoursMeasuredAndWhy) {
  EXPECT_EQ("\n" + predictions("Rate limiter", outcomes(), kPlain), R"TEXT(
Rate limiter

               yours   measured   off by   marks
  1 share       20 %     33.4 %    ×1.67     0.5
  2 late        50 %       50 %       ×1       –
  3 which   b) fewer          –        –       –
  3 again   b) fewer   b) fewer        –       1

  1.5 of 2 marks, outside the points
  1 within ×1.25 of what is measured, 0.75 within ×1.5, 0.5
  within ×2, 0.25 within ×4; a choice is right or wrong
  Level 2 had points before its predictions were committed
  (r-0007): they don't count.

~ 1 share   you: 20 %   measured: 33.4 %
  What share of the calls is denied?

  Of 9 calls 3 were.

✓ 2 late   you: 50 %   measured: 50 %
  What share of the calls is denied?

  So it was.

– 3 which   you: b) fewer   measured: –
  How many?

  Not measured: the machine is too busy

✓ 3 again   you: b) fewer   measured: b) fewer
  How many?

  So it was.
)TEXT");
}

TEST(PredictionsReport, CountsWhatWasCommittedInTimeAndMeasured) {
  const auto score = score_of(outcomes());
  EXPECT_EQ(score.marks, 1.5);
  EXPECT_EQ(score.of, 2);
}

TEST(PredictionsReport, AsksWithItsChoices) {
  EXPECT_EQ(prediction_question("1 of 2", outcomes()[2].question, kPlain),
            "\n1 of 2\n  How many?\n    a) more\n    b) fewer\n");
}

}  // namespace
}  // namespace assay::report
