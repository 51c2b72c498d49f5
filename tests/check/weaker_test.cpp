// Each weaker promise on a history that breaks it and on one that doesn't; and that breaking one
// doesn't break its neighbours.
#include <gtest/gtest.h>

#include "check/weaker.hpp"
#include "support/text_history.hpp"

namespace assay::check {
namespace {

using support::answer;
using support::brief;

constexpr std::string_view guarantees[] = {"read-your-writes", "monotonic-reads",
                                           "monotonic-writes", "writes-follow-reads"};

// All four guarantees hold but the named one; of none, all do.
void expect_only(std::string_view broken, std::string_view lines) {
  for (std::string_view guarantee : guarantees) {
    EXPECT_EQ(answer(lines, guarantee), guarantee == broken ? Answer::violated : Answer::holds)
        << guarantee << ":\n"
        << lines;
  }
}

TEST(Sessions, AllHoldForWhatIsLinearizable) {
  expect_only("none", R"(0 write("x": 1) 0-1
                         1 read("x":) 2-3 -> 1
                         1 write("x": 2) 4-5
                         0 read("x":) 6-7 -> 2)");
}

TEST(Sessions, ReadYourWrites) {
  expect_only("read-your-writes", R"(0 write("x": 1) 0-1
                                     0 read("x":) 2-3 -> null)");
}

TEST(Sessions, MonotonicReads) {
  expect_only("monotonic-reads", R"(0 write("x": 1) 0-1
                                    1 read("x":) 2-3 -> 1
                                    1 read("x":) 4-5 -> null)");
}

TEST(Sessions, MonotonicReadsAcrossProcesses) {
  expect_only("monotonic-reads", R"(0 write("x": 1) 0-9
                                    1 write("x": 2) 0-9
                                    2 read("x":) 10-11 -> 1
                                    2 read("x":) 12-13 -> 2
                                    3 read("x":) 10-11 -> 2
                                    3 read("x":) 12-13 -> 1)");
}

TEST(Sessions, MonotonicWrites) {
  expect_only("monotonic-writes", R"(0 write("x": 1) 0-1
                                     0 write("y": 2) 2-3
                                     1 read("y":) 4-5 -> 2
                                     1 read("x":) 6-7 -> null)");
}

TEST(Sessions, WritesFollowReads) {
  expect_only("writes-follow-reads", R"(0 write("x": 1) 0-1
                                        1 read("x":) 2-3 -> 1
                                        1 write("y": 2) 4-5
                                        2 read("y":) 6-7 -> 2
                                        2 read("x":) 8-9 -> null)");
}

TEST(Sessions, AValueOutOfNowhereBreaksAll) {
  for (std::string_view guarantee : guarantees) {
    EXPECT_EQ(answer("0 read(\"x\":) 0-1 -> 7", guarantee), Answer::violated);
  }
}

TEST(Sessions, RepeatedWritesCannotBeJudged) {
  const auto judgement =
      check(brief("0 write(1) 0-1\n0 write(1) 2-3"), parse_choice("monotonic-reads"), {}, false);
  EXPECT_EQ(judgement.verdict.answer, Answer::unknown);
  EXPECT_NE(judgement.verdict.reason.find("line 2"), std::string::npos);
}

TEST(Sessions, ExplanationNamesTheOperations) {
  const History history = brief(R"(0 write("x": 1) 0-1
                                   1 read("x":) 2-3 -> 1
                                   1 write("y": 2) 4-5
                                   2 read("y":) 6-7 -> 2
                                   2 read("x":) 8-9 -> null
                                   3 write("z": 5) 0-9)");
  const auto judgement = check(history, parse_choice("writes-follow-reads"), {}, true);
  ASSERT_TRUE(judgement.verdict.explanation);
  EXPECT_EQ(judgement.verdict.explanation->operations.size(), 5U);
}

TEST(Sequential, ForgetsRealTimeButNotTheOrderOfAProcess) {
  constexpr std::string_view stale = R"(0 write(1) 0-1
                                        1 read() 2-3 -> null)";
  EXPECT_EQ(answer(stale, "register"), Answer::violated);
  EXPECT_EQ(answer(stale, "sequential"), Answer::holds);
  EXPECT_EQ(answer(R"(0 write(1) 0-1
                      0 read() 2-3 -> null)",
                   "sequential"),
            Answer::violated);
}

TEST(Sequential, IsNotJudgedKeyByKey) {
  EXPECT_EQ(answer(R"(0 write("x": 1) 0-1
                      0 read("y":) 2-3 -> null
                      1 write("y": 1) 0-1
                      1 read("x":) 2-3 -> null)",
                   "sequential"),
            Answer::violated);
}

TEST(Sequential, TakesAType) {
  EXPECT_EQ(answer(R"(0 enqueue(1) 0-1
                      0 dequeue() 2-3 -> null)",
                   "sequential:type=queue"),
            Answer::violated);
}

TEST(Sequential, Explains) {
  const auto judgement = check(brief(R"(0 write(1) 0-1
                                        1 write(7) 0-1
                                        0 write(2) 2-3
                                        2 read() 4-5 -> 2
                                        2 read() 6-7 -> 1
                                        3 read() 6-7 -> 7)"),
                               parse_choice("sequential"), {}, true);
  ASSERT_TRUE(judgement.verdict.explanation);
  EXPECT_EQ(judgement.verdict.explanation->operations.size(), 3U) << "write(2) follows anyway";
}

TEST(Convergence, ComparesTheLastReads) {
  constexpr std::string_view writes = "0 write(1) 0-1\n1 write(2) 0-1\n";
  EXPECT_EQ(answer(std::string(writes) + R"(2 read() 2-3 -> 2
                                            2 read() 4-5 -> 1
                                            3 read() 4-5 -> 1)",
                   "convergence"),
            Answer::holds);
  EXPECT_EQ(answer(std::string(writes) + R"(2 read() 2-3 -> 2
                                            3 read() 4-5 -> 1)",
                   "convergence"),
            Answer::violated);
  EXPECT_EQ(answer(writes, "convergence"), Answer::unknown);
}

TEST(Staleness, AllowsReadsOfThePastUpToTheBound) {
  constexpr std::string_view stale = R"(0 write(1) 0-1000000
                                        0 write(2) 2000000-3000000
                                        1 read() 8000000-8500000 -> 1)";
  EXPECT_EQ(answer(stale, "register"), Answer::violated);
  EXPECT_EQ(answer(stale, "bounded-staleness:ms=4"), Answer::violated);
  EXPECT_EQ(answer(stale, "bounded-staleness:ms=5"), Answer::holds);
}

TEST(Staleness, NeedsTimes) {
  const History history = read_history(
      "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1}\n"
      "{\"process\":0,\"type\":\"ok\",\"f\":\"write\"}\n");
  EXPECT_EQ(check(history, parse_choice("bounded-staleness:ms=4"), {}, false).verdict.answer,
            Answer::unknown);
}

}  // namespace
}  // namespace assay::check
