// Goal: a schedule is carried out in order and never early; what happened is evidence that can be
// read back; heal() undoes what is still broken. Method: a target that notes down what it is told.
#include "fault/runner.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay::fault {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds long_enough(30);

class Notebook : public FaultTarget {
 public:
  void apply(const Fault& fault) override { note(fault); }
  void apply(const ProcessFault& fault) override { note(fault); }
  std::string done;

 private:
  void note(const Action& action) {
    if (to_text(action) == "refuse") throw std::runtime_error("listen again:\nport is taken");
    done += to_text(action) + ';';
  }
};

Event event_of(nanoseconds planned, const std::string& action, const std::string& failure = "") {
  return {planned, planned + nanoseconds(132'456), planned + milliseconds(1), parse_action(action),
          failure};
}

TEST(Events, AreReadBackExactly) {
  const std::vector<Event> events{event_of(seconds(2), "clog to the server"),
                                  event_of(seconds(3), "clock -200ms"),
                                  event_of(seconds(4), "refuse", "listen: because : of this")};
  EXPECT_EQ(to_text(events[0].action), "clog to the server");
  EXPECT_EQ(to_text(std::vector{events[0]}),
            "planned 2s, begun 2.000132456s, ended 2.001s, done: clog to the server\n");
  EXPECT_EQ(parse_events(to_text(events)), events);
  for (const auto* const text :
       {"planned 2s", "planned 2s, begun 2s, ended 2s, done: dance", "garbage",
        "planned 2s, begun 2s, ended 2s, failed: clog", "planned 2s, begun x, ended 2s, done: clog",
        "planned 2s, begun 2s, ended 2s, failed: clog: because "}) {
    EXPECT_THROW(parse_events(text), std::invalid_argument) << text;
  }
}

TEST(ScheduleRunners, DoWhatIsPlannedInOrderAndNeverEarly) {
  Notebook notebook;
  ScheduleRunner runner(parse_schedule("at 0s clog\nat 20ms kill\nat 20ms restart\nat 40ms pass"),
                        notebook);
  runner.start();
  ASSERT_TRUE(runner.wait_for(long_enough));
  EXPECT_EQ(notebook.done, "clog;kill;restart;pass;");
  const auto events = runner.events();
  ASSERT_EQ(events.size(), 4U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_GE(events[i].begun, events[i].planned);
    EXPECT_GE(events[i].ended, events[i].begun);
    EXPECT_TRUE(events[i].failure.empty());
    if (i > 0) {
      EXPECT_GE(events[i].begun, events[i - 1].ended);
    }
  }
  EXPECT_EQ(parse_events(to_text(events)), events);
}

TEST(ScheduleRunners, GoOnAfterAFailureAndKeepIt) {
  Notebook notebook;
  ScheduleRunner runner(parse_schedule("at 0s refuse\nat 0s clog"), notebook);
  runner.start();
  ASSERT_TRUE(runner.wait_for(long_enough));
  EXPECT_EQ(notebook.done, "clog;");
  EXPECT_EQ(runner.events()[0].failure, "listen again:\\x0aport is taken");
  EXPECT_EQ(parse_events(to_text(runner.events())), runner.events());
}

TEST(ScheduleRunners, CanBeCancelled) {
  Notebook notebook;
  ScheduleRunner runner(parse_schedule("at 0s clog\nat 10h pass"), notebook);
  runner.start();
  EXPECT_FALSE(runner.wait_for(milliseconds(1)));
  runner.cancel();
  EXPECT_FALSE(runner.wait_for(milliseconds(1)));
  EXPECT_TRUE(notebook.done.empty() || notebook.done == "clog;");
}

TEST(ScheduleRunners, WaitForTheEndThatIsPlanned) {
  Notebook notebook;
  ScheduleRunner runner(parse_schedule("at 0s clog\nat 10h end"), notebook);
  runner.start();
  EXPECT_FALSE(runner.wait_for(milliseconds(20)));
}

std::string healed_after(const std::string& schedule) {
  Notebook notebook;
  ScheduleRunner runner(parse_schedule(schedule), notebook);
  runner.start();
  EXPECT_TRUE(runner.wait_for(long_enough));
  notebook.done.clear();
  runner.heal();
  return notebook.done;
}

TEST(ScheduleRunners, HealWhatIsBroken) {
  EXPECT_EQ(healed_after("at 0s clog"), "pass;");
  EXPECT_EQ(healed_after("at 0s kill"), "pass;restart;");
  EXPECT_EQ(healed_after("at 0s stop"), "pass;continue;");
  EXPECT_EQ(healed_after("at 0s stop\nat 0s continue"), "pass;");
  EXPECT_EQ(healed_after("at 0s stop\nat 0s kill"), "pass;restart;");
  EXPECT_EQ(healed_after("at 0s kill\nat 0s restart\nat 0s stop"), "pass;continue;");
  EXPECT_EQ(healed_after("at 0s clock +5s"), "pass;");
}

}  // namespace
}  // namespace assay::fault
