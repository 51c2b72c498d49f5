// Goal: text is measured as a terminal shows it, and nothing in it can steer the terminal. Method:
// examples of each kind of character, and random bytes.
#include "report/text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace assay::report {
namespace {

TEST(Text, WidthCountsColumns) {
  EXPECT_EQ(width("abc"), 3);
  EXPECT_EQ(width("✓ é →"), 5);
  EXPECT_EQ(width("日本"), 4);
  EXPECT_EQ(width("e\xCC\x81"), 1) << "a combining accent takes no column";
  EXPECT_EQ(width("\x1b[31mred\x1b[39m"), 3);
}

TEST(Text, PadsAndClipsByColumns) {
  EXPECT_EQ(pad_right("日", 4), "日  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_right("longer", 3), "longer");
  EXPECT_EQ(clip("abcdef", 4, "…"), "abc…");
  EXPECT_EQ(clip("日本語", 5, "…"), "日本…");
  EXPECT_EQ(clip("abc", 3, "…"), "abc");
}

TEST(Text, WrapsAtSpacesAndCutsLongWords) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefgh ij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrap("日本語", 4), (std::vector<std::string>{"日本", "語"}));
  EXPECT_EQ(wrap("", 4), (std::vector<std::string>{""}));
}

TEST(Text, WhatSteersATerminalIsEscaped) {
  EXPECT_EQ(harmless("\x1b[2J\x07", true), "\\x1b[2J\\x07");
  EXPECT_EQ(harmless("a\tb\r\nc", true), "a\\tb\\r\\nc");
  EXPECT_EQ(harmless("a\tb\r\nc", true, Lines::many), "a\\tb\\r\nc");
  EXPECT_EQ(harmless("\xC2\x9B"
                     "2J",
                     true),
            "\\x9b2J")
      << "the one-character form of ESC [";
  EXPECT_EQ(harmless("\xE2\x80\xAE"
                     "abc",
                     true),
            "\\u{202e}abc")
      << "reverses what follows";
  EXPECT_EQ(harmless("\xFF\xC3(", true), "\\xff\\xc3(");
  EXPECT_EQ(harmless("ünïcode ✓", true), "ünïcode ✓");
}

TEST(Text, AsciiHasAWayToSayWhatWeSay) {
  EXPECT_EQ(harmless("5 µs → 3 × 2 ≤ 7…", false), "5 us -> 3 x 2 <= 7...");
  EXPECT_EQ(harmless("日", false), "?");
}

TEST(Text, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(valid_utf8("ok ✓"), "ok ✓");
  EXPECT_EQ(valid_utf8("a\xFF"
                       "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(valid_utf8("\xE2\x9C"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut off in a character";
  EXPECT_EQ(valid_utf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "longer than needed";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80").size(), 9U) << "half of a surrogate pair";
}

TEST(Text, RandomBytesBecomeHarmlessAndStaySo) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) bytes += static_cast<char>(random() % 256);
    for (const bool unicode : {false, true}) {
      const std::string clean = harmless(bytes, unicode);
      ASSERT_EQ(clean.find_first_of(std::string("\0\x07\x08\n\r\x1b\x7f", 7)), std::string::npos);
      ASSERT_EQ(clean, harmless(clean, unicode));
      ASSERT_EQ(clean, valid_utf8(clean));
    }
  }
}

}  // namespace
}  // namespace assay::report
