// Goal: a schedule is read and printed as lines that read aloud, and what is wrong is said with its
// line. Method: examples.
#include "fault/schedule.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay::fault {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string complaint_about(std::string_view text) {
  try {
    return "took it for " + to_text(parse_schedule(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Schedules, ComeBackAsTheyAreWritten) {
  const std::string text =
      "at 0s delay 20ms jitter 5ms\n"
      "at 500ms kill\n"
      "at 500ms restart\n"
      "at 1s stop\n"
      "at 1.25s continue\n"
      "at 2s clog to the server\n"
      "at 3s clock +5s\n"
      "at 3s clock -200ms\n"
      "at 5s pass\n"
      "at 9s end\n";
  const Schedule schedule = parse_schedule(text);
  EXPECT_EQ(to_text(schedule), text);
  ASSERT_EQ(schedule.steps.size(), 9U);
  EXPECT_EQ(schedule.steps[0].action, Action(parse_fault("delay 20ms jitter 5ms")));
  EXPECT_EQ(schedule.steps[1], (Step{milliseconds(500), ProcessFault{Deed::kill, {}}}));
  EXPECT_EQ(schedule.steps[7].action, Action(ProcessFault{Deed::clock, milliseconds(-200)}));
  EXPECT_EQ(schedule.end, seconds(9));
}

TEST(Schedules, MayHaveCommentsAndEmptyLines) {
  const Schedule schedule = parse_schedule("# a slow network\n\n at 2s  clog # for a while\r\n");
  EXPECT_EQ(to_text(schedule), "at 2s clog\n");
  EXPECT_EQ(parse_schedule(""), Schedule{});
}

TEST(Schedules, SayWhichLineIsWrong) {
  EXPECT_EQ(complaint_about("at 1s clog\nclog"), "line 2: a line begins with a time: 'at 2s clog'");
  EXPECT_EQ(complaint_about("at noon clog"),
            "line 1: there is no time after 'at': write it as 'at 2s clog'");
  EXPECT_EQ(complaint_about("at 2s clog\nat 1s pass"),
            "line 2: it is at 1s, before the line above (2s)");
  EXPECT_EQ(complaint_about("at 2s end\nat 3s pass"), "line 2: nothing can be done after 'end'");
  EXPECT_EQ(complaint_about("at 2s"), "line 1: there is nothing to do: write it as 'at 2s clog'");
  EXPECT_EQ(complaint_about("at 2s kil"),
            "line 1: 'kil' is no fault: There are pass, delay, bandwidth, clog, black hole, refuse,"
            " reset, half-close, slice; for processes: kill, stop, continue, restart, clock");
  EXPECT_EQ(complaint_about("at 2s clock 5s"),
            "line 1: a clock needs a step: 'clock +5s' sets it on, 'clock -200ms' back");
  EXPECT_EQ(complaint_about("at 2s kill it"), "line 1: nothing can follow 'kill', as 'it' does");
  EXPECT_EQ(complaint_about("at 25h clog"), "line 1: a schedule has at most 24 h");
}

}  // namespace
}  // namespace assay::fault
