// Carries a schedule out at its times, in a thread of its own, and keeps what happened and when as
// evidence. start(), cancel() and heal() are for one thread, its owner's; the rest is thread-safe.
// The target must outlive it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fault/schedule.hpp"

namespace assay::fault {

// Who carries faults out. What it throws (std::exception) is the fault's outcome. It is called by
// one thread at a time.
class FaultTarget {
 public:
  virtual ~FaultTarget() = default;
  virtual void apply(const Fault& fault) = 0;
  virtual void apply(const ProcessFault& fault) = 0;
};

// Times since the schedule's start, by the steady clock.
struct Event {
  std::chrono::nanoseconds planned{};
  std::chrono::nanoseconds begun{};
  std::chrono::nanoseconds ended{};
  Action action;
  std::string failure;  // one line; empty: it was done

  bool operator==(const Event&) const = default;
};

// "planned 2s, begun 2.000132456s, ended 2.00014s, done: clog to the server", a line each.
std::string to_text(const std::vector<Event>& events);
// Exactly the same events. Throws std::invalid_argument if the text is not of that form.
std::vector<Event> parse_events(std::string_view text);

class ScheduleRunner {
 public:
  using Listener = std::function<void(const Event&)>;  // called in the runner's thread

  ScheduleRunner(Schedule schedule, FaultTarget& target, Listener listener = {});
  ScheduleRunner(const ScheduleRunner&) = delete;
  ScheduleRunner& operator=(const ScheduleRunner&) = delete;
  // Cancels what is not done yet. Heals nothing.
  ~ScheduleRunner();

  // Once. A step that is overdue is done at once: times are since `zero`, not since the step
  // before.
  void start(std::chrono::steady_clock::time_point zero = std::chrono::steady_clock::now());
  // Whether all is done within `limit`, up to the schedule's end if it has one.
  bool wait_for(std::chrono::nanoseconds limit);
  // What is under way is done; what is planned for later won't be. Waits for that.
  void cancel();
  // Cancels, then heals what was broken: pass; continue, if stopped; restart, if killed. A clock
  // stays as it is.
  void heal();

  std::vector<Event> events() const;

 private:
  void run();
  // False if it was cancelled before.
  bool sleep_until(std::chrono::nanoseconds at);
  void carry_out(const Step& step);
  void note(Deed deed);  // what heal() will have to undo
  std::chrono::nanoseconds now() const;

  const Schedule schedule_;
  FaultTarget& target_;
  const Listener listener_;
  std::chrono::steady_clock::time_point zero_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
  bool done_ = false;
  bool stopped_ = false;
  bool killed_ = false;
  std::vector<Event> events_;
  std::thread thread_;
};

}  // namespace assay::fault
