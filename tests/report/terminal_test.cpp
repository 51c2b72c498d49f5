// Goal: the scorecard on a terminal is what it should be, and nothing from a submission reaches the
// terminal raw. Method: one whole scorecard; then properties of others, hostile ones among them.
#include "report/terminal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <sstream>
#include <string>

#include "report/text.hpp"
#include "sample.hpp"

namespace assay::report {
namespace {

constexpr Style kUnicode{.colour = false, .unicode = true};
constexpr Style kAscii{.colour = false, .unicode = false};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string without_colours(std::string text) {
  for (std::size_t start; (start = text.find("\x1b[")) != std::string::npos;) {
    text.erase(start, text.find('m', start) - start + 1);
  }
  return text;
}

TEST(Terminal, AScorecardWithTwoFailingChecks) {
  EXPECT_EQ("\n" + scorecard(sample_card(), kUnicode), R"CARD(
Rate limiter                   my/rate_limiter · seed 4711 · 0.8 s · build 1.9 s

  1 Token bucket                        ██████████░░░░░░░░░░  8 / 16 (20 in all)
    ✓ 1.1 admits up to its capacity at once                               4 of 4
    ✓ 1.2 says when to retry, to the nanosecond                           4 of 4
    ✗ 1.3 refills at its rate, to the nanosecond                          0 of 4
    ✗ 1.4 never holds more than its capacity                              0 of 4
    ~ 1.5 decides in at most twice the reference's time            noisy, – of 4

  8 / 16 points (20 in all)                                     correctness 8/16
  Incomplete: 1.5 noisy. 4 points are in neither the score nor its maximum.
  isolation: namespaces, a user of its own
  not isolated: the network of the machine can be reached
  hints used: 1 of 6 · reference not opened · predictions: 4.5 of 6

✗ 1.3 refills at its rate, to the nanosecond                       0 of 4 points

  policy: capacity 3, one token every 200 ms

   1.  t = 0 ms     acquire("a", 3)   → admitted                     as expected
   2.  t = 100 ms   acquire("a", 1)   → denied, retry after 100 ms   as expected
 ✗ 3.  t = 200 ms   acquire("a", 1)   → denied, retry after 100 ms
                                        expected: admitted, 0 left
                                        (one token since t = 0)
  (shrunk from 64 operations to these)

  tokens 3 ┤█
         2 ┤█
         1 ┤█▁▁▁▁▁▁▁▁▁▂▂▂▂▂▃▃▃▃▃▄▄▄▄▄▅▅▅▅▅▆▆▆▆▆▇▇▇▇▇█
         0 ┼┬───────────────────┬───────────────────┬─────
            0                   100                 200 ms
  calls     3                   1                   1
  expected  ✓                   ✗                   ✓
  yours     ✓                   ✗                   ✗
                                                    ▲
            ╰──────── one token since t = 0 ────────╯
  ✓ admitted   ✗ denied

  the call at t = 200 ms was denied; by then the bucket holds one token
  It looks like: a denied call counts as a refill
  A solution with that mistake gives these same answers.

  Your solution printed, last:
  │ bucket a: 0 tokens
  │ bucket a: 0 tokens

  →       my/rate_limiter/solution.cpp:14
  again:  assay replay r-0042

✗ 1.4 never holds more than its capacity                           0 of 4 points
  crashed: segmentation fault (SIGSEGV), at step 2 of 3
  →       my/rate_limiter/solution.cpp:31
  again:  assay replay r-0042 1.4

~ 1.5 decides in at most twice the reference's time  noisy, 4 points not counted
  1.87 times the reference's time [1.52, 2.31]: too close to 2 to tell on this
  machine
  again:  assay replay r-0042 1.5

next: assay replay r-0042 --debug
)CARD");
}

TEST(Terminal, LinesFitTheColumns) {
  for (int columns = 60; columns <= 100; columns += 5) {
    for (const bool unicode : {false, true}) {
      const Style style{.unicode = unicode, .columns = columns};
      std::istringstream lines(scorecard(sample_card(), style, Detail::all));
      for (std::string line; std::getline(lines, line);) EXPECT_LE(width(line), columns) << line;
    }
  }
}

TEST(Terminal, AsciiIsAscii) {
  const std::string text = scorecard(sample_card(), kAscii, Detail::all);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (c >= ' ' && c <= '~');
  })) << text;
}

TEST(Terminal, ColourChangesNoCharacter) {
  const Style coloured{.colour = true, .unicode = true};
  EXPECT_EQ(without_colours(scorecard(sample_card(), coloured)),
            scorecard(sample_card(), kUnicode));
}

TEST(Terminal, EveryVerdictHasItsMarkAndItsWord) {
  const std::vector<std::pair<grade::Verdict, std::string>> cases{
      {grade::Verdict::pass, "✓ 1.1 "},        {grade::Verdict::fail, "✗ 1.1 "},
      {grade::Verdict::unknown, "? 1.1 "},     {grade::Verdict::noisy, "~ 1.1 "},
      {grade::Verdict::unavailable, "– 1.1 "}, {grade::Verdict::not_attempted, "– 1.1 "},
      {grade::Verdict::error, "! 1.1 "}};
  for (const auto& [verdict, mark] : cases) {
    grade::Scorecard card = sample_card();
    card.checks[0].verdict = verdict;
    const std::string text = scorecard(card, kUnicode);
    EXPECT_TRUE(has(text, "    " + mark)) << text;
    const std::string word = std::string(name_of(verdict)) + ", – of 4";
    EXPECT_EQ(has(text, word), !counts(verdict)) << text;
  }
}

TEST(Terminal, OnlyTheFirstFailureIsToldInFullUnlessAskedFor) {
  grade::Scorecard card = sample_card();
  card.checks[3] = refill_failed();
  card.checks[3].reason = "another one";
  const auto pictures = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("yours", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(pictures(scorecard(card, kUnicode)), 1U);
  EXPECT_EQ(pictures(scorecard(card, kUnicode, Detail::all)), 2U);
}

TEST(Terminal, WhatIsToldOnceIsNamedFromThenOn) {
  grade::Scorecard card = sample_card();
  card.checks[4] = cap_failed();
  card.checks[4].id = "1.5";
  card.checks.push_back(cap_failed());
  card.checks.back().id = "1.6";
  const std::string text = scorecard(card, kUnicode);
  const std::string title = "never holds more than its capacity";
  const std::string as = std::string(34, ' ') + "as 1.4\n";
  EXPECT_TRUE(has(text, "\n\n✗ 1.5 " + title + as + "✗ 1.6 " + title + as + "\nnext:")) << text;
  EXPECT_FALSE(has(text, "as 1.3"));
}

TEST(Terminal, AStoryThatDiffersInWhatIsShownIsToldAgain) {
  const auto change = [](const std::function<void(grade::CheckResult&)>& differ, Detail detail) {
    grade::Scorecard card = sample_card();
    card.checks[4] = cap_failed();
    differ(card.checks[4]);
    return has(scorecard(card, kUnicode, detail), "as 1.4");
  };
  EXPECT_TRUE(change([](auto& check) { check.situation = "capacity 4"; }, Detail::first));
  EXPECT_FALSE(change([](auto& check) { check.situation = "capacity 4"; }, Detail::all));
  EXPECT_FALSE(change([](auto& check) { check.where = "my/x.cpp:1"; }, Detail::first));
  EXPECT_FALSE(change([](auto& check) { check.reason = "another"; }, Detail::first));
  EXPECT_FALSE(change([](auto& check) { check.mistakes = {"one"}; }, Detail::first));
}

TEST(Terminal, EqualStepsAreFolded) {
  grade::CheckResult check = refill_failed();
  const grade::Step step = check.steps[0];
  check.steps.insert(check.steps.begin(), {step, step});
  const std::string at_once = check_story(check, kUnicode);
  EXPECT_TRUE(has(at_once, "   1.  t = 0 ms ")) << at_once;
  EXPECT_TRUE(has(at_once, "×3, as expected\n   4.  ")) << at_once;
  check.steps[2].at = "t = 7 ms";
  EXPECT_TRUE(has(check_story(check, kUnicode), "×3 until t = 7 ms, as expected\n"));
}

TEST(Terminal, StepsOfDifferentThreadsOrOutcomesAreNotFolded) {
  for (const auto& differ : std::vector<std::function<void(grade::Step&)>>{
           [](auto& step) { step.at = "thread 1"; }, [](auto& step) { step.came = "denied"; },
           [](auto& step) { step.agrees = false; }}) {
    grade::CheckResult check = refill_failed();
    check.steps.insert(check.steps.begin(), check.steps[0]);
    differ(check.steps[1]);
    EXPECT_FALSE(has(check_story(check, kUnicode), "×2"));
  }
}

TEST(Terminal, OnePointIsOnePoint) {
  grade::CheckResult check = cap_failed();
  for (const auto& [points, words] : std::vector<std::pair<double, std::string>>{
           {1, " 0 of 1 point\n"}, {2, " 0 of 2 points\n"}, {0, " no points\n"}}) {
    check.max_points = points;
    EXPECT_TRUE(has(check_story(check, kUnicode), words)) << check_story(check, kUnicode);
  }
}

TEST(Terminal, NoLineEndsInBlanks) {
  grade::Scorecard card = sample_card();
  card.levels.push_back({2, "Algorithms", 40, 0, 4, 4});
  for (const auto& text : {scorecard(card, kUnicode), scorecard(card, kAscii, Detail::all)}) {
    EXPECT_FALSE(has(text, " \n")) << text;
  }
}

TEST(Terminal, ALongLineOfOutputIsShownToItsEnd) {
  grade::CheckResult check = cap_failed();
  check.output = "can't open '" + std::string(100, 'x') + "': no such file";
  EXPECT_TRUE(has(check_story(check, kUnicode), "': no such file\n"));
}

TEST(Terminal, ACompleteRunSaysNothingOfIncompleteness) {
  grade::Scorecard card = sample_card();
  card.checks.resize(2);
  card.score = card.max_score = 8;
  card.complete = true;
  card.levels = {{1, "Token bucket", 20, 8, 8, 8}};
  const std::string text = scorecard(card, kUnicode);
  EXPECT_FALSE(has(text, "Incomplete"));
  EXPECT_FALSE(has(text, "in all"));
  EXPECT_TRUE(has(text, "  8 / 8 points"));
  EXPECT_TRUE(has(text, "\nnext: assay replay r-0042 --debug\n"));
}

TEST(Terminal, LevelsThatWereNotAttemptedHaveNoScoreAndNoStory) {
  grade::Scorecard card = sample_card();
  card.checks.push_back(passed("5.1", "gateway", "answers 429 in time"));
  card.checks.back().level = 5;
  card.checks.back().verdict = grade::Verdict::not_attempted;
  card.checks.back().reason = "the program does not speak http";
  card.levels.push_back({5, "The gateway", 90, 0, 0, 4});
  const std::string text = scorecard(card, kUnicode);
  EXPECT_TRUE(has(text, "░  – (4 in all)")) << text;
  EXPECT_FALSE(has(text, "does not speak"));
}

TEST(Terminal, SeveralMistakesAreListed) {
  grade::CheckResult check = refill_failed();
  check.mistakes = {"first mistake", "second mistake"};
  const std::string text = check_story(check, kUnicode);
  EXPECT_TRUE(has(text, "It looks like one of these:\n  · first mistake\n  · second mistake\n"));
}

TEST(Terminal, AStepWithoutAnAnswerSaysSo) {
  grade::CheckResult check = refill_failed();
  check.steps[2].came.clear();
  EXPECT_TRUE(has(check_story(check, kUnicode), "→ no answer"));
}

TEST(Terminal, NothingFromASubmissionReachesTheTerminalRaw) {
  const std::string hostile =
      "\x1b]0;owned\x07\r\x1b[2J\xC2\x9B\xE2\x80\xAE\xFF" + std::string(9000, 'x');
  grade::Scorecard card = sample_card();
  card.solution.path = card.title = card.tip = hostile;
  grade::CheckResult& check = card.checks[2];
  check.reason = check.situation = check.output = check.where = check.replay = hostile;
  check.steps[1].came = check.steps[1].did = check.steps[2].why = hostile;
  check.timeline->bracket_label = hostile;
  check.mistakes = {hostile};
  for (const bool colour : {false, true}) {
    const Style style{.colour = colour, .unicode = true};
    const std::string text = without_colours(scorecard(card, style, Detail::all));
    for (const std::string bad : {"\x1b", "\x07", "\r", "\xC2\x9B", "\xE2\x80\xAE", "\xFF"}) {
      EXPECT_FALSE(has(text, bad));
    }
    EXPECT_LT(text.size(), 20000U) << "and it doesn't fill the screen";
  }
}

TEST(Terminal, OnlyTheEndOfALongOutputIsShown) {
  grade::CheckResult check = refill_failed();
  check.output.clear();
  for (int i = 1; i <= 50; ++i) check.output += "line " + std::to_string(i) + "\n";
  const std::string text = check_story(check, kUnicode);
  EXPECT_FALSE(has(text, "line 38\n"));
  EXPECT_TRUE(has(text, "│ line 39\n"));
  EXPECT_TRUE(has(text, "│ line 50\n"));
}

}  // namespace
}  // namespace assay::report
