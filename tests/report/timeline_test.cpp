// Goal: the picture of a timeline is right, and readable, for any timeline. Method: whole pictures
// for the common cases; and properties (fits the columns, every call is there, order kept) for
// random ones.
#include "report/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "report/text.hpp"
#include "sample.hpp"

namespace assay::report {
namespace {

using grade::Timeline;

constexpr Style kUnicode{.colour = false, .unicode = true};
constexpr Style kAscii{.colour = false, .unicode = false};

std::string picture(const Timeline& timeline, const Style& style = kUnicode) {
  std::string text = "\n";
  for (const std::string& line : draw(timeline, style)) text += line + "\n";
  return text;
}

Timeline::Call call(std::int64_t at_ns, std::string label, bool expected, bool came) {
  return {at_ns, std::move(label), expected, came, expected == came};
}

TEST(Timeline, ShowsCallsLevelAndTheViolatedWindow) {
  EXPECT_EQ(picture(sample_timeline()), R"(
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
)");
}

TEST(Timeline, CanBeDrawnInAscii) {
  EXPECT_EQ(picture(sample_timeline(), kAscii), R"(
  tokens 3 |#
         2 |#
         1 |#...................::::::::::::::::::::#
         0 ++-------------------+-------------------+-----
            0                   100                 200 ms
  calls     3                   1                   1
  expected  +                   x                   +
  yours     +                   x                   x
                                                    ^
            \________ one token since t = 0 ________/
  + admitted   x denied
)");
}

TEST(Timeline, CallsAtTheSameMomentStandSideBySide) {
  Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = 2;
  timeline.calls = {call(0, "", true, true), call(0, "", true, true), call(0, "", false, true)};
  timeline.levels = {{0, 2, 1}, {0, 1, 0}, {0, 0, 0}};
  timeline.bracket_label = "capacity 2: the third is denied";
  EXPECT_EQ(picture(timeline), R"(
  tokens 2 ┤█
         1 ┤███
         0 ┼╤═╤═╤───
            0
  expected  ✓ ✓ ✗
  yours     ✓ ✓ ✓
                ▲
            ╰───╯ capacity 2: the third is denied
  ✓ admitted   ✗ denied   ╤═╤ same moment
)");
}

TEST(Timeline, ANanosecondShowsBesideFifthOfASecond) {
  Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = 1;
  timeline.calls = {call(0, "", true, true), call(200 * kMillisecond - 1, "", false, true),
                    call(200 * kMillisecond, "", true, true)};
  const double almost = 1 - 1 / 200e6;
  timeline.levels = {
      {0, 1, 0}, {200 * kMillisecond - 1, almost, almost}, {200 * kMillisecond, 1, 0}};
  timeline.bracket_to_ns = 200 * kMillisecond - 1;
  timeline.bracket_label = "1 ns too early";
  EXPECT_EQ(picture(timeline), R"(
  tokens 1 ┤█           ▁▂▃▃▄▅▆▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇█
           │█▁▁▂▃▃▄▅▆  ██████████████████████████████
         0 ┼┬────────╱╱─────────┬───────────────────┬─────
            0                   200 ms−1 ns         200 ms
  expected  ✓                   ✗                   ✓
  yours     ✓                   ✓                   ✓
                                ▲
            ╰─ 1 ns too early ──╯
  ✓ admitted   ✗ denied   ╱╱ not to scale
)");
}

TEST(Timeline, LongerThanAnyScaleIsCutShort) {
  Timeline timeline;
  timeline.calls = {call(0, "", true, true), call(1, "", true, true),
                    call(INT64_MAX - 1, "", true, true), call(INT64_MAX, "", true, false)};
  EXPECT_EQ(picture(timeline), R"(
           ─┬───────────────────┬────────╱╱─────────┬───────────────────┬────
            0                   1 ns                ≈292 years          +1 ns
  expected  ✓                   ✓                   ✓                   ✓
  yours     ✓                   ✓                   ✓                   ✗
                                                                        ▲
  ✓ admitted   ✗ denied   ╱╱ not to scale
)");
}

TEST(Timeline, MissingAnswersAndExpectationsHaveMarks) {
  Timeline timeline;
  timeline.calls = {{0, "", std::nullopt, true, true}, {60'000'000'000, "", true, {}, false}};
  EXPECT_EQ(picture(timeline), R"(
           ─┬───────────────────┬────
            0                   1 min
  expected  ·                   ✓
  yours     ✓                   ?
                                ▲
  ✓ admitted   ✗ denied   ? no answer   · not judged
)");
}

TEST(Timeline, ManyEqualCallsAreCounted) {
  Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = 100;
  for (int i = 0; i < 101; ++i) {
    timeline.calls.push_back(call(0, "", i < 100, true));
    timeline.levels.push_back({0, 100.0 - i, std::max(0.0, 99.0 - i)});
  }
  EXPECT_EQ(picture(timeline), R"(
  tokens 100 ┤█
          75 ┤█
          50 ┤█
          25 ┤█
           0 ┼╤════╤───
              0
  calls       ×100
  expected    ✓    ✗
  yours       ✓    ✓
                   ▲
  ✓ admitted   ✗ denied   ╤═╤ same moment
)");
}

TEST(Timeline, HugeLevelsHaveShortLabels) {
  Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = std::ldexp(1.0, 62);
  timeline.calls = {call(0, "", true, true)};
  timeline.levels = {{0, timeline.level_max, 0}};
  EXPECT_EQ(draw(timeline, kUnicode).front(), "  tokens 2^62 ┤█");
}

TEST(Timeline, NothingGivesNothing) { EXPECT_TRUE(draw(Timeline(), kUnicode).empty()); }

TEST(Timeline, LabelsFromASubjectCannotSteerTheTerminal) {
  Timeline timeline = sample_timeline();
  timeline.calls[0].label = timeline.level_name = timeline.bracket_label = "\x1b[2J\n";
  for (const std::string& line : draw(timeline, kUnicode)) {
    EXPECT_EQ(line.find_first_of("\x1b\n"), std::string::npos) << line;
  }
}

TEST(Timeline, ColourChangesNoCharacter) {
  const auto plain = draw(sample_timeline(), kUnicode);
  const auto coloured = draw(sample_timeline(), {.colour = true, .unicode = true});
  ASSERT_EQ(plain.size(), coloured.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(width(plain[i]), width(coloured[i]));
}

// Calls at anything from the same moment to centuries apart.
Timeline random_timeline(std::mt19937_64& random, std::size_t calls) {
  Timeline timeline;
  timeline.level_name = "tokens";
  timeline.level_max = std::ldexp(1.0, static_cast<int>(random() % 63));
  std::int64_t at_ns = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    const auto step = static_cast<std::int64_t>(random() % (1ULL << (random() % 60)));
    if (random() % 3 != 0 && at_ns < INT64_MAX - step) at_ns += step;
    timeline.calls.push_back(call(at_ns, std::to_string(random() % 12), true, random() % 2 == 0));
    const double level = timeline.level_max * static_cast<double>(random() % 9) / 8;
    timeline.levels.push_back({at_ns, level, level / 2});
  }
  timeline.bracket_from_ns = timeline.calls[random() % calls].at_ns / 2;
  timeline.bracket_to_ns = at_ns;
  timeline.bracket_label = "no more than one in any such window";
  return timeline;
}

TEST(Timeline, AnyTimelineFitsItsColumns) {
  std::mt19937_64 random(11);
  for (std::size_t round = 0; round < 600; ++round) {
    const Timeline timeline = random_timeline(random, 1 + round % 40);
    const Style style{.unicode = round % 2 == 0, .columns = 40 + static_cast<int>(round % 60)};
    const auto lines = draw(timeline, style);
    ASSERT_FALSE(lines.empty());
    for (const std::string& line : lines) {
      ASSERT_LE(width(line), std::min(80, style.columns)) << picture(timeline, style);
    }
  }
}

TEST(Timeline, ThousandsOfCallsAreDrawnAroundTheFirstThatIsWrong) {
  Timeline timeline;
  for (int i = 0; i < 5000; ++i) timeline.calls.push_back(call(i * 1000, "", true, i != 4000));
  const auto lines = draw(timeline, kAscii);
  EXPECT_TRUE(lines.front().ends_with(" to 4004 of 5000")) << lines.front();
  EXPECT_TRUE(lines.at(lines.size() - 2).ends_with("^")) << picture(timeline, kAscii);
}

TEST(Timeline, UpToTwelveCallsAreAllShownInOrder) {
  std::mt19937_64 random(13);
  for (std::size_t round = 0; round < 400; ++round) {
    const Timeline timeline = random_timeline(random, 1 + round % 12);
    const auto lines = draw(timeline, kAscii);
    const auto yours = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.starts_with("  yours");
    });
    ASSERT_NE(yours, lines.end());
    std::string marks, answers;
    for (const char c : yours->substr(7)) marks += c == ' ' ? "" : std::string(1, c);
    for (const auto& each : timeline.calls) answers += *each.came ? "+" : "x";
    ASSERT_EQ(marks, answers) << picture(timeline, kAscii);
  }
}

}  // namespace
}  // namespace assay::report
