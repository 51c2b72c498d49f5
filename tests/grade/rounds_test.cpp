// The lines of rounds, both ways: what is asked comes back from its line, reports are read as hosts
// write them (these were), and what is no report is nothing, however it looks.
#include "grade/rounds.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace assay::grade {
namespace {

using Kind = RoundEvent::Kind;

const Program two_threads{
    {"shared 1 5 64 deny", "call a 1"}, {{"tick 5", "call a 1"}, {"call a 1"}}, {"call a 0"}};

TEST(RoundLine, SaysWhatRunsAndHow) {
  EXPECT_EQ(round_line(17, two_threads),
            "round seed:17 | shared 1 5 64 deny; call a 1 | tick 5; call a 1 | call a 1 | "
            "call a 0");
  EXPECT_EQ(round_line(Switches{"0.12>1", "1.3?"}, {{"shared 1 5 64 deny"}, {{}, {"tick 1"}}, {}}),
            "round switches:0.12>1,1.3? | shared 1 5 64 deny | - | tick 1 | -");
}

TEST(RoundLine, ComesBackAsItWas) {
  for (const Program& program : {two_threads, Program{{"shared 1 5 64 deny"}, {{}}, {}}}) {
    for (const auto& line : {round_line(17, program), round_line(Switches{}, program)}) {
      const Program read = program_of(line);
      EXPECT_EQ(read.first, program.first);
      EXPECT_EQ(read.threads, program.threads);
      EXPECT_EQ(read.last, program.last);
    }
  }
}

TEST(RoundLine, IsNotAnythingElse) {
  for (const auto* line :
       {"", "round", "acquire 0 a 1", "round seed:1 | a | b", "around | a | b | c"})
    EXPECT_THROW(program_of(line), std::runtime_error) << line;
}

TEST(RoundReport, OfARoundThatFinished) {
  const auto report = parse_report(
      "finished; first>; first< ok; 0.0~1; 1>; 1.9~0 at 5f76<10945<18849; 0>; 0.13?; "
      "0< 0 0 admitted 0; 0.71^1 ended; 1< 0 0 denied 0 466000000; last>; last< 0 0 admitted 0; "
      "switches 0.0>1,1.9>0,0.13?; points 0=70 1=29");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->outcome, "finished");
  EXPECT_EQ(report->switches, (Switches{"0.0>1", "1.9>0", "0.13?"}));
  EXPECT_EQ(report->points, (std::vector<std::int64_t>{70, 29}));

  const auto& events = report->events;
  ASSERT_EQ(events.size(), 12U);
  EXPECT_EQ(events[0].thread, first_part);
  EXPECT_EQ(events[1].kind, Kind::returns);
  EXPECT_EQ(events[1].text, "ok");
  EXPECT_EQ(events[4].kind, Kind::gives_way);
  EXPECT_EQ(events[4].code, (std::vector<std::string>{"5f76", "10945", "18849"}));
  EXPECT_EQ(events[6].kind, Kind::fails);
  EXPECT_EQ(events[7].text, "0 0 admitted 0");
  EXPECT_EQ(events[8].kind, Kind::waits);
  EXPECT_EQ(events[8].text, "ended");
  EXPECT_EQ(events[11].thread, last_part);
}

TEST(RoundReport, OfADeadlock) {
  const auto report = parse_report(
      "deadlock; first>; first< ok; 0>; 1>; 1.131^0 waits for a mutex held by 0 at 6505<110a5; "
      "0! waits for a mutex held by 1 at 685d<64a4; 1! runs; switches 0.13>1; points 0=26 1=131");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->outcome, "deadlock");
  const auto& events = report->events;
  ASSERT_EQ(events.size(), 7U);
  EXPECT_EQ(events[4].text, "waits for a mutex held by 0");
  EXPECT_EQ(events[5].kind, Kind::is_stuck);
  EXPECT_EQ(events[5].text, "waits for a mutex held by 1");
  EXPECT_EQ(events[5].code, (std::vector<std::string>{"685d", "64a4"}));
  EXPECT_EQ(events[6].text, "runs");
}

TEST(RoundReport, HasNoScheduleWhereSwitchesWereTooMany) {
  const auto report = parse_report("livelock; ...; outsiders 2; switches ...; points 0=200000");
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->switches);
  EXPECT_TRUE(report->events.empty());
  EXPECT_EQ(parse_report("finished; switches ; points 0=1")->switches, Switches{});
}

TEST(RoundReport, IsStoredWithoutWhatASeedRepeats) {
  const auto stored = without_switches(
      "deadlock; 0>; 0.13~1 at 126fb<5e8f; 0.14?; 1>; 1< 0 0 admitted 0; 1.59^0 ended; "
      "0! waits for a mutex held by 0 at 685d; switches 0.13>1,0.14?; points 0=26 1=58");
  EXPECT_EQ(stored,
            "deadlock; 0>; 1>; 1< 0 0 admitted 0; 0! waits for a mutex held by 0 at 685d; "
            "points 0=26 1=58");
  EXPECT_TRUE(parse_report(stored));
}

// What a subject says may be anything.
TEST(RoundReport, IsNotAnythingElse) {
  for (const auto* answer : {"",
                             "ok",
                             "admitted 1",
                             "error a round wants one schedule",
                             "Finished; points 0=1",
                             "finished;",
                             "finished; ",
                             "finished; ; points 0=1",
                             "finished; 0",
                             "finished; 0>ok",
                             "finished; 0<ok",
                             "finished; x>",
                             "finished; -1>",
                             "finished; 0.1",
                             "finished; 0.x~1",
                             "finished; 0.1~",
                             "finished; 0.1^x",
                             "finished; 0.99999999999999999999~1",
                             "finished; 99999999999999999999>",
                             "finished; 0!",
                             "finished; points 0",
                             "finished; points 0=",
                             "finished; points 0=x",
                             "finished; points 0=1 "}) {
    EXPECT_FALSE(parse_report(answer)) << answer;
  }
}

TEST(RoundReport, FitsTheProgramThatWasAskedFor) {
  const Program program{
      {"shared 1 5 64 deny"}, {{"call a 1"}, {"call a 1", "tick 1"}}, {"call a 0"}};
  const auto fits_it = [&](const std::string& answer) {
    return fits(parse_report(answer).value(), program);
  };
  const std::string whole = "; first>; first< ok; 0>; 1>; 0< x; 1< x; 1>; 1< 1; last>; last< x";
  EXPECT_TRUE(fits_it("finished" + whole));
  EXPECT_TRUE(fits_it("deadlock; first>; first< ok; 0>; 1>; 0! runs"));
  for (const auto* wrong :
       {"finished; points 0=70 1=25", "finished; first>; first< ok; 0>; 0< x; last>; last< x",
        "livelock; 99>; 99< x", "deadlock; 0>; 0>", "deadlock; 0< x", "deadlock; 0>; 0< x; 0< x",
        "deadlock; 0>; 0< x; 0>", "deadlock; 2>"}) {
    EXPECT_FALSE(fits_it(wrong)) << wrong;
  }
  EXPECT_FALSE(fits_it("finished" + whole + "; 0>; 0< x"));
}

TEST(RoundReport, KeepsWhatASubjectAnsweredAsItIs) {
  const auto report = parse_report("finished; 0>; 0< threw at 5<6 | 1>, ...; points 0=1");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->events.at(1).text, "threw at 5<6 | 1>, ...");
  EXPECT_TRUE(report->events.at(1).code.empty());
}

}  // namespace
}  // namespace assay::grade
