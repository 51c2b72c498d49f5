#include "fault/schedule.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.hpp"
#include "fault/quantity.hpp"
#include "fault/words.hpp"

namespace assay::fault {
namespace {

using std::chrono::nanoseconds;

struct DeedEntry {
  Deed deed;
  std::string_view name;
  std::string_view cause;
};

constexpr std::array<DeedEntry, 5> deeds{{
    {Deed::kill, "kill", "a crash, the out-of-memory killer, or an operator's kill -9"},
    {Deed::stop, "stop", "a long garbage collection, a paused virtual machine, swapping"},
    {Deed::go_on, "continue", "the pause is over: all timers that ran out meanwhile fire at once"},
    {Deed::restart, "restart", "a supervisor starts the process again"},
    {Deed::clock, "clock", "the clock is corrected in a step: NTP, or a restored virtual machine"},
}};

const DeedEntry& entry_of_deed(Deed deed) {
  return *std::find_if(deeds.begin(), deeds.end(),
                       [&](const DeedEntry& entry) { return entry.deed == deed; });
}

std::string deed_names() {
  std::vector<std::string> names;
  for (const DeedEntry& entry : deeds) names.emplace_back(entry.name);
  return base::join(names, ", ");
}

std::optional<nanoseconds> signed_duration(std::string_view text) {
  const bool on = text.starts_with('+');
  if (!on && !text.starts_with('-')) return {};
  if (on && text.starts_with("+-")) return {};
  return to_duration(on ? text.substr(1) : text);
}

std::optional<ProcessFault> process_fault(std::string_view text) {
  Words words(text);
  const auto* const found = std::find_if(
      deeds.begin(), deeds.end(), [&](const DeedEntry& entry) { return words.take(entry.name); });
  if (found == deeds.end()) return {};
  ProcessFault fault{found->deed, {}};
  if (fault.deed == Deed::clock) {
    const auto step = words.take_quantity(signed_duration);
    if (!step) {
      throw std::invalid_argument(
          "a clock needs a step: 'clock +5s' sets it on, 'clock -200ms' "
          "back");
    }
    fault.clock_step = *step;
  }
  if (!words.done()) {
    throw std::invalid_argument("nothing can follow '" + to_text(Action(fault)) + "', as '" +
                                words.rest() + "' does");
  }
  return fault;
}

std::string line_name(std::size_t number) { return "line " + std::to_string(number) + ": "; }

// Adds the step that a line says, or the end.
void read_line(Schedule& schedule, const std::string& line) {
  Words words(line);
  if (words.done()) return;
  if (!words.take("at")) throw std::invalid_argument("a line begins with a time: 'at 2s clog'");
  const auto at = words.take_quantity(to_duration);
  if (!at || *at < nanoseconds::zero()) {
    throw std::invalid_argument("there is no time after 'at': write it as 'at 2s clog'");
  }
  if (*at > kLongestSchedule) throw std::invalid_argument("a schedule has at most 24 h");
  if (schedule.end) throw std::invalid_argument("nothing can be done after 'end'");
  if (!schedule.steps.empty() && *at < schedule.steps.back().at) {
    throw std::invalid_argument("it is at " + duration_text(*at) + ", before the line above (" +
                                duration_text(schedule.steps.back().at) + ")");
  }
  if (words.rest() == "end") {
    schedule.end = *at;
    return;
  }
  if (words.done()) throw std::invalid_argument("there is nothing to do: write it as 'at 2s clog'");
  if (schedule.steps.size() == kMostSteps) {
    throw std::invalid_argument("a schedule has at most " + std::to_string(kMostSteps) + " steps");
  }
  schedule.steps.push_back({*at, parse_action(words.rest())});
}

}  // namespace

Action parse_action(std::string_view text) {
  if (const auto fault = process_fault(text)) return *fault;
  try {
    return parse_fault(text);
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    const bool unknown = what.find("' is no fault") != std::string::npos;
    throw std::invalid_argument(unknown ? what + "; for processes: " + deed_names() : what);
  }
}

std::string to_text(const Action& action) {
  if (const auto* const fault = std::get_if<Fault>(&action)) return to_text(*fault);
  const auto& fault = std::get<ProcessFault>(action);
  std::string name(entry_of_deed(fault.deed).name);
  if (fault.deed != Deed::clock) return name;
  const std::string sign = fault.clock_step < nanoseconds::zero() ? "" : "+";
  return name + ' ' + sign + duration_text(fault.clock_step);
}

std::string_view cause_of(const Action& action) {
  if (const auto* const fault = std::get_if<Fault>(&action)) return cause_of(fault->verb);
  return entry_of_deed(std::get<ProcessFault>(action).deed).cause;
}

Schedule parse_schedule(std::string_view text) {
  Schedule schedule;
  std::size_t number = 0;
  for (std::string line : base::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    try {
      read_line(schedule, line.substr(0, line.find('#')));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(line_name(number) + error.what());
    }
  }
  return schedule;
}

std::string to_text(const Schedule& schedule) {
  std::string text;
  for (const Step& step : schedule.steps) {
    text += "at " + duration_text(step.at) + ' ' + to_text(step.action) + '\n';
  }
  if (schedule.end) text += "at " + duration_text(*schedule.end) + " end\n";
  return text;
}

}  // namespace assay::fault
