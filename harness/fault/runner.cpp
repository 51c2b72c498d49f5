#include "fault/runner.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "fault/quantity.hpp"

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t failure_limit_bytes = 500;
constexpr std::string_view done_mark = ", done: ";
constexpr std::string_view failed_mark = ", failed: ";
constexpr std::string_view failure_mark = ": because ";

std::string event_text(const Event& event) {
  std::string text = "planned " + duration_text(event.planned) + ", begun " +
                     duration_text(event.begun) + ", ended " + duration_text(event.ended);
  text += event.failure.empty() ? done_mark : failed_mark;
  text += to_text(event.action);
  if (!event.failure.empty()) text.append(failure_mark).append(event.failure);
  return text;
}

// Takes "<name> <duration>" from the front.
nanoseconds take_time(std::string_view& text, std::string_view name) {
  const auto end = text.find(',', std::min(name.size(), text.size()));
  const bool named = text.starts_with(name) && end != std::string_view::npos;
  const auto time = named ? to_duration(text.substr(name.size(), end - name.size())) : std::nullopt;
  if (!time) throw std::invalid_argument("no '" + std::string(name) + "' where it has to be");
  text.remove_prefix(end);
  return *time;
}

Event parse_event(std::string_view text) {
  Event event;
  event.planned = take_time(text, "planned ");
  event.begun = take_time(text, ", begun ");
  event.ended = take_time(text, ", ended ");
  if (text.starts_with(done_mark)) {
    event.action = parse_action(text.substr(done_mark.size()));
    return event;
  }
  const auto because = text.find(failure_mark);
  if (!text.starts_with(failed_mark) || because == std::string_view::npos) {
    throw std::invalid_argument("it says neither done nor why it failed");
  }
  event.action = parse_action(text.substr(failed_mark.size(), because - failed_mark.size()));
  event.failure = text.substr(because + failure_mark.size());
  if (event.failure.empty()) throw std::invalid_argument("it doesn't say why it failed");
  return event;
}

std::string failure_of(FaultTarget& target, const Action& action) {
  std::string failure;
  try {
    std::visit([&](const auto& fault) { target.apply(fault); }, action);
    return "";
  } catch (const std::exception& error) {
    failure = base::printable_line(error.what(), failure_limit_bytes);
  }
  return failure.empty() ? "nobody knows why" : failure;
}

}  // namespace

std::string to_text(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += event_text(event) + '\n';
  return text;
}

std::vector<Event> parse_events(std::string_view text) {
  std::vector<Event> events;
  for (const std::string& line : base::split(text, '\n')) {
    if (line.empty()) continue;
    try {
      events.push_back(parse_event(line));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("event " + std::to_string(events.size() + 1) + ": " +
                                  error.what());
    }
  }
  return events;
}

ScheduleRunner::ScheduleRunner(Schedule schedule, FaultTarget& target, Listener listener)
    : schedule_(std::move(schedule)),
      target_(target),
      listener_(std::move(listener)),
      zero_(steady_clock::now()) {}

ScheduleRunner::~ScheduleRunner() { cancel(); }

void ScheduleRunner::start(steady_clock::time_point zero) {
  if (thread_.joinable()) throw std::logic_error("start a schedule that was started before");
  zero_ = zero;
  thread_ = std::thread([this] { run(); });
}

bool ScheduleRunner::wait_for(nanoseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return done_; });
}

void ScheduleRunner::cancel() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ScheduleRunner::heal() {
  cancel();
  carry_out({now(), Fault{}});
  if (stopped_) carry_out({now(), ProcessFault{Deed::go_on, {}}});
  if (killed_) carry_out({now(), ProcessFault{Deed::restart, {}}});
}

std::vector<Event> ScheduleRunner::events() const {
  const std::scoped_lock lock(mutex_);
  return events_;
}

void ScheduleRunner::run() {
  bool going = true;
  for (const Step& step : schedule_.steps) {
    going = going && sleep_until(step.at);
    if (going) carry_out(step);
  }
  if (going && schedule_.end) going = sleep_until(*schedule_.end);
  const std::scoped_lock lock(mutex_);
  done_ = going;
  changed_.notify_all();
}

bool ScheduleRunner::sleep_until(nanoseconds at) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, zero_ + at, [this] { return cancelled_; });
}

void ScheduleRunner::carry_out(const Step& step) {
  Event event{step.at, now(), {}, step.action, {}};
  event.failure = failure_of(target_, step.action);
  event.ended = now();
  const auto* const fault = std::get_if<ProcessFault>(&step.action);
  if (fault != nullptr && event.failure.empty()) note(fault->deed);
  {
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
  }
  if (listener_) listener_(event);
}

void ScheduleRunner::note(Deed deed) {
  if (deed == Deed::clock) return;
  const bool goes_on = deed == Deed::go_on;
  stopped_ = deed == Deed::stop;
  killed_ = deed == Deed::kill || (killed_ && (goes_on || stopped_));
}

nanoseconds ScheduleRunner::now() const { return steady_clock::now() - zero_; }

}  // namespace assay::fault
