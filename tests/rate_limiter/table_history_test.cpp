// Histories of a few calls, right and wrong, as reports of a host: whether some order explains what
// the threads were told, and what is said of those that none does.
#include "graders/rate_limiter/table/history.hpp"

#include <gtest/gtest.h>

namespace assay::graders::rate_limiter {
namespace {

using grade::Program;

// A bucket of one token, and room for one key.
const std::string tight = "shared 1 100 1 deny";
const std::string roomy = "shared 1 100 64 deny";

std::optional<grade::RoundViolation> judged(const Program& program, const std::string& events) {
  const auto report =
      grade::parse_report("finished; first>; first< ok; " + events + "; switches ; points 0=1");
  if (!report) throw std::logic_error("not a report: " + events);
  return unexplained(program, *report);
}

std::string reason_of(const Program& program, const std::string& events) {
  const auto wrong = judged(program, events);
  return wrong ? wrong->reason : "right";
}

const Program one_token{{roomy}, {{"call a 1"}, {"call a 1"}}, {"call a 0"}};

TEST(TableHistory, LetsOneOfTwoCallsHaveTheToken) {
  for (const auto* events :
       {"0>; 0< 0 0 admitted 0; 1>; 1< 0 0 denied 0 100; last>; last< 0 0 admitted 0",
        "0>; 1>; 0< 0 0 denied 0 100; 1< 0 0 admitted 0; last>; last< 0 0 admitted 0",
        "0>; 1>; 1< 0 0 admitted 0; 0< 0 0 denied 0 100; last>; last< 0 0 admitted 0"}) {
    EXPECT_EQ(reason_of(one_token, events), "right") << events;
  }
}

TEST(TableHistory, KnowsWhenMoreIsAdmittedThanThereIs) {
  const auto wrong = judged(one_token,
                            "0>; 1>; 1< 0 0 admitted 0; 0< 0 0 admitted 0; last>; "
                            "last< 0 0 admitted 0");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->reason, "more is admitted than there is");
  EXPECT_EQ(wrong->event, 5U);  // thread 0's return
  EXPECT_EQ(wrong->expected, "denied, 0 left, retry after 100 ns");
}

TEST(TableHistory, KnowsWhenATokenIsLost) {
  EXPECT_EQ(
      reason_of(one_token,
                "0>; 1>; 0< 0 0 denied 0 100; 1< 0 0 denied 0 100; last>; last< 0 0 admitted 0"),
      "denied, though there are tokens");
  EXPECT_EQ(
      reason_of(one_token,
                "0>; 0< 0 0 denied 0 100; 1>; 1< 0 0 admitted 0; last>; last< 0 0 admitted 0"),
      "denied, though there are tokens");
}

TEST(TableHistory, KnowsWhenARemainderFitsNowhere) {
  EXPECT_EQ(
      reason_of(one_token,
                "0>; 1>; 0< 0 0 admitted 0; 1< 0 0 denied 0 100; last>; last< 0 0 admitted 1"),
      "no order of these calls explains their answers");
}

// A call may have any time that the clock shows between its start and its end.
TEST(TableHistory, TakesAnyTimeInBetween) {
  const Program ticks{{roomy, "call a 1"}, {{"call a 1"}, {"tick 40", "tick 60"}}, {}};
  const std::string before = "first>; first< 0 0 admitted 0; 0>; 1>; 1< 40; 1>; 1< 100; 0< 0 100 ";
  EXPECT_EQ(reason_of(ticks, before + "admitted 0"), "right");
  EXPECT_EQ(reason_of(ticks, before + "denied 0 60"), "right");
  EXPECT_EQ(reason_of(ticks, before + "denied 0 100"), "right");
  EXPECT_EQ(reason_of(ticks, before + "denied 0 50"),
            "no order of these calls explains their answers");
  const std::string started_late =
      "first>; first< 0 0 admitted 0; 1>; 1< 40; 0>; 1>; 1< 100; 0< 40 100 ";
  EXPECT_EQ(reason_of(ticks, started_late + "denied 0 60"), "right");
  EXPECT_NE(reason_of(ticks, started_late + "denied 0 100"), "right");
}

TEST(TableHistory, LetsOneOfTwoKeysHaveTheRoom) {
  const Program two_keys{
      {tight}, {{"call a 1"}, {"call b 1"}}, {"call a 0", "call b 0", "without_room"}};
  const std::string both = "0>; 1>; 0< 0 0 admitted 0; 1< 0 0 ";
  const std::string looks = "; last>; last< 0 0 admitted 0; last>; last< 0 0 admitted ";
  EXPECT_EQ(reason_of(two_keys, both + "denied 0 never" + looks + "1; last>; last< 1"), "right");
  EXPECT_EQ(reason_of(two_keys, both + "denied 0 never" + looks + "1; last>; last< 2"),
            "the calls without room are counted wrong");
  EXPECT_EQ(reason_of(two_keys, both + "admitted 0" + looks + "0; last>; last< 0"),
            "more keys are remembered than there is room for");
  EXPECT_EQ(reason_of(two_keys, both + "denied 0 never" + looks + "0; last>; last< 1"),
            "no order of these calls explains their answers");
}

TEST(TableHistory, ForgivesNobodyWhoIsNotFull) {
  const Program evicts{{tight, "call a 1", "tick 99"}, {{"call b 1"}, {"call a 1"}}, {}};
  const std::string before = "first>; first< 0 0 admitted 0; first>; first< 99; ";
  EXPECT_EQ(reason_of(evicts, before + "0>; 0< 99 99 denied 0 never; 1>; 1< 99 99 denied 0 1"),
            "right");
  EXPECT_EQ(reason_of(evicts, before + "0>; 0< 99 99 admitted 0; 1>; 1< 99 99 denied 0 1"),
            "more keys are remembered than there is room for");
}

TEST(TableHistory, TakesNothingElseForAnAnswer) {
  for (const auto* answer :
       {"ok", "0 admitted 0", "0 0 admitted", "x 0 admitted 0", "0 0 denied 0"}) {
    EXPECT_EQ(reason_of(one_token, std::string("0>; 0< ") + answer), "not a decision") << answer;
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
