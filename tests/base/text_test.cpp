// What people read is exact: durations, numbers, and text that came from a subject.
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace assay::base {
namespace {

TEST(Duration, TakesTheLargestUnitThatIsExact) {
  EXPECT_EQ(duration_ns(0), "0");
  EXPECT_EQ(duration_ns(1), "1 ns");
  EXPECT_EQ(duration_ns(1'500), "1.5 µs");
  EXPECT_EQ(duration_ns(200'000'000), "200 ms");
  EXPECT_EQ(duration_ns(1'050'000'000), "1.05 s");
  EXPECT_EQ(duration_ns(3'600'000'000'000), "1 h");
  EXPECT_EQ(duration_ns(1'000'000'001), "1,000,000,001 ns");
  EXPECT_EQ(duration_ns(-1'500), "-1.5 µs");
}

TEST(Thousands, AreSeparated) {
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1'000), "1,000");
  EXPECT_EQ(thousands(-1'234'567), "-1,234,567");
}

TEST(DidYouMean, FindsANeighbourAndNothingElse) {
  const std::vector<std::string> names{"rate_limiter", "payment_ledger"};
  EXPECT_EQ(did_you_mean("rate_limter", names), "rate_limiter");
  EXPECT_EQ(did_you_mean("rate", names), "rate_limiter");
  EXPECT_EQ(did_you_mean("zebra", names), std::nullopt);
  EXPECT_EQ(did_you_mean("", names), std::nullopt);
}

TEST(PrintableLine, LetsNothingControlTheTerminal) {
  EXPECT_EQ(printable_line("a\033[31mb\r\n", 80), "a\\x1b[31mb\\x0d\\x0a");
  EXPECT_EQ(printable_line("héé", 80), "héé");
  EXPECT_EQ(printable_line("\xff\xc0\x80", 80), "\\xff\\xc0\\x80");
  EXPECT_EQ(printable_line("\xc2\x9b", 80), "\\xc2\\x9b");  // CSI as one character
  EXPECT_EQ(printable_line("abcdef", 3), "abc…");
}

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(1, "token"), "1 token");
  EXPECT_EQ(counted(0, "token"), "0 tokens");
  EXPECT_EQ(counted(1'234, "token"), "1,234 tokens");
}

TEST(ShellQuoted, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quoted("my/rate_limiter"), "my/rate_limiter");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(ToInteger, WantsTheWholeText) {
  EXPECT_EQ(to_integer("9223372036854775807"), 9'223'372'036'854'775'807);
  EXPECT_EQ(to_integer("9223372036854775808"), std::nullopt);
  EXPECT_EQ(to_integer("12x"), std::nullopt);
  EXPECT_EQ(to_integer(""), std::nullopt);
}

}  // namespace
}  // namespace assay::base
