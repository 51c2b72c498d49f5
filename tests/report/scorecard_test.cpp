// Goal: verdicts have names, and a scorecard gives the right exit code. Method: every verdict, and
// every order of precedence.
#include "grade/scorecard.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace assay::grade {
namespace {

constexpr std::initializer_list<Verdict> kAll{
    Verdict::pass,        Verdict::fail,          Verdict::unknown, Verdict::noisy,
    Verdict::unavailable, Verdict::not_attempted, Verdict::error};

Scorecard with(std::initializer_list<Verdict> verdicts) {
  Scorecard card;
  card.complete = true;
  for (const Verdict verdict : verdicts) {
    card.checks.emplace_back().verdict = verdict;
    card.complete = card.complete && counts(verdict);
  }
  return card;
}

TEST(Verdicts, HaveNamesThatLeadBack) {
  for (const Verdict verdict : kAll) EXPECT_EQ(verdict_named(name_of(verdict)), verdict);
  EXPECT_EQ(verdict_named("passed"), std::nullopt);
}

TEST(Verdicts, OnlyPassAndFailAreOfTheSolutionsOwn) {
  for (const Verdict verdict : kAll) {
    EXPECT_EQ(counts(verdict), verdict == Verdict::pass || verdict == Verdict::fail);
  }
}

TEST(ExitCode, FollowsTheOrderOfPrecedence) {
  EXPECT_EQ(exit_code(with({Verdict::pass, Verdict::pass})), 0);
  EXPECT_EQ(exit_code(with({Verdict::pass, Verdict::noisy})), 75);
  EXPECT_EQ(exit_code(with({Verdict::pass, Verdict::not_attempted})), 75);
  EXPECT_EQ(exit_code(with({Verdict::noisy, Verdict::fail})), 1);
  EXPECT_EQ(exit_code(with({Verdict::fail, Verdict::error, Verdict::noisy})), 70);
}

TEST(ExitCode, ARunThatIsNotCompleteIsNotAPass) {
  Scorecard card = with({Verdict::pass});
  card.complete = false;
  EXPECT_EQ(exit_code(card), 75);
}

}  // namespace
}  // namespace assay::grade
