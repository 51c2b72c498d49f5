#include "grade/interleaving_story.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"

namespace assay::grade {
namespace {

std::string who(int thread) {
  if (thread == first_part) return "before";
  if (thread == last_part) return "after";
  return fmt::format("thread {}", thread);
}

// An answer that no check can accept.
std::optional<RoundViolation> broken_event(const RoundReport& report) {
  for (std::size_t i = 0; i < report.events.size(); ++i) {
    if (report.events[i].kind != RoundEvent::Kind::returns) continue;
    if (const auto broken = broken_answer(report.events[i].text)) {
      return RoundViolation{broken->kind, "", i, "", ""};
    }
  }
  return std::nullopt;
}

std::optional<RoundViolation> violation_in(const InterleavingCheck& check, const Program& program,
                                           const RoundReport& report) {
  if (auto broken = broken_event(report)) return broken;
  if (report.outcome != "finished") {
    return RoundViolation{report.outcome, "", report.events.size(), "", ""};
  }
  return check.violation(program, report);
}

// Goes through the events of a round, and makes steps of them.
class Narrator {
 public:
  Narrator(const InterleavingCheck& check, const FailedRound& failure, const CodePlaces& places)
      : check_(check), failure_(failure), places_(places) {}

  std::vector<Step> steps() {
    const auto& events = failure_.report->events;
    name_lanes();
    for (std::size_t i = 0; i < events.size(); ++i) tell(events[i], i);
    for (const auto& [thread, operation] : open_) {
      if (!is_told_[thread]) add(thread, in_words(thread, operation), "never returns", true);
    }
    if (steps_.size() > told_steps_max) {
      left_out_ = steps_.size() - told_steps_max;
      steps_.erase(steps_.begin(), steps_.end() - static_cast<std::ptrdiff_t>(told_steps_max));
    }
    return std::move(steps_);
  }

  // The last place at which a thread was stopped on the way.
  const std::string& place() const { return place_; }
  std::size_t left_out() const { return left_out_; }
  // All of it as a picture, of which the steps may leave out the beginning.
  const Lanes& lanes() const { return lanes_; }

 private:
  void tell(const RoundEvent& event, std::size_t index) {
    switch (event.kind) {
      case RoundEvent::Kind::begins:
        open_[event.thread] = next_operation(event.thread);
        is_told_[event.thread] = false;
        if (!makes(event.thread)) begin_bar(event.thread, index);
        break;
      case RoundEvent::Kind::returns:
        tell_return(event, index);
        break;
      case RoundEvent::Kind::gives_way:
        tell_stop(event, index, "is stopped");
        break;
      case RoundEvent::Kind::fails:
        tell_stop(event, index, "a weak compare-exchange fails, as it may");
        break;
      case RoundEvent::Kind::waits:
      case RoundEvent::Kind::is_stuck:
        tell_stop(event, index, event.text);
        break;
    }
  }

  const std::string& next_operation(int thread) {
    const Program& program = failure_.program;
    const Operations& operations = thread == first_part ? program.first
                                   : thread == last_part
                                       ? program.last
                                       : program.threads.at(static_cast<std::size_t>(thread));
    return operations.at(position_[thread]++);
  }

  // Whether its operation is the one that makes what is tested.
  bool makes(int thread) { return thread == first_part && position_[first_part] == 1; }

  // Lanes are those that have something to do: what goes before, the threads, what comes after.
  void name_lanes() {
    const Program& program = failure_.program;
    const auto name = [this](int thread) {
      lane_[thread] = static_cast<std::int64_t>(lanes_.names.size());
      lanes_.names.push_back(who(thread));
    };
    if (program.first.size() > 1) name(first_part);
    for (std::size_t i = 0; i < program.threads.size(); ++i) name(static_cast<int>(i));
    if (!program.last.empty()) name(last_part);
  }

  void begin_bar(int thread, std::size_t index) {
    bar_[thread] = lanes_.bars.size();
    lanes_.bars.push_back({lane_.at(thread), static_cast<std::int64_t>(index), std::nullopt,
                           check_.operation_in_words(open_[thread]), "", true});
  }

  void end_bar(int thread, std::size_t index, const std::string& came, bool agrees) {
    auto& bar = lanes_.bars.at(bar_.at(thread));
    bar.to = static_cast<std::int64_t>(index);
    bar.came = came;
    bar.agrees = agrees;
  }

  void tell_return(const RoundEvent& event, std::size_t index) {
    const bool wrong = index == failure_.violation.event;
    if (!makes(event.thread) || wrong) {
      const auto& operation = open_[event.thread];
      const auto came = check_.answer_in_words(operation, event.text);
      add(event.thread, in_words(event.thread, operation), came, !wrong);
      if (!makes(event.thread)) end_bar(event.thread, index, came, !wrong);
    }
    open_.erase(event.thread);
    stopped_.erase(event.thread);
  }

  // Before its first operation, or between two, a thread that is stopped has done nothing yet.
  void tell_stop(const RoundEvent& event, std::size_t index, const std::string& how) {
    const auto open = open_.find(event.thread);
    if (open == open_.end()) return;
    std::string came = how;
    base::replace_all(came, "held by ", "held by thread ");
    for (const auto& code : event.code) {
      const auto place = places_.find(code);
      if (place == places_.end()) continue;
      came += " at " + place->second.substr(place->second.rfind('/') + 1);
      place_ = place->second;
      break;
    }
    // A thread that waits is stuck there at the end: that is told once.
    if (std::exchange(stopped_[event.thread], came) == came) return;
    if (!makes(event.thread)) {
      lanes_.notes.push_back({lane_.at(event.thread), static_cast<std::int64_t>(index), came});
    }
    add(event.thread, in_words(event.thread, open->second), came, true);
    is_told_[event.thread] = true;
  }

  std::string in_words(int thread, const std::string& operation) {
    return (is_told_[thread] ? "goes on: " : "") + check_.operation_in_words(operation);
  }

  void add(int thread, std::string did, std::string came, bool agrees) {
    Step step{who(thread), std::move(did), "", std::move(came), agrees, ""};
    if (!agrees) {
      step.expected = failure_.violation.expected;
      step.why = failure_.violation.why;
    }
    steps_.push_back(std::move(step));
  }

  const InterleavingCheck& check_;
  const FailedRound& failure_;
  const CodePlaces& places_;
  std::map<int, std::size_t> position_;
  std::map<int, std::string> open_;     // by thread: its operation
  std::map<int, std::string> stopped_;  // by thread: how, when it was last
  std::map<int, bool> is_told_;         // by thread: whether its operation has a step already
  std::vector<Step> steps_;
  Lanes lanes_;
  std::map<int, std::int64_t> lane_;  // by thread
  std::map<int, std::size_t> bar_;    // by thread: the last of its bars
  std::string place_;
  std::size_t left_out_ = 0;
};

// Of a round without a report, what was asked: nobody knows how far it came.
std::vector<Step> asked_steps(const InterleavingCheck& check, const Program& program) {
  std::vector<Step> steps;
  const auto add = [&](int part, const Operations& operations, std::size_t from) {
    for (std::size_t i = from; i < operations.size() && steps.size() < told_steps_max; ++i) {
      steps.push_back({who(part), check.operation_in_words(operations[i]), "", "", true, ""});
    }
  };
  add(first_part, program.first, 1);
  for (std::size_t i = 0; i < program.threads.size(); ++i) {
    add(static_cast<int>(i), program.threads[i], 0);
  }
  add(last_part, program.last, 0);
  return steps;
}

// A holder that isn't stuck itself has gone on, or ended, with what it holds.
std::string deadlock_in_words(const RoundReport& report) {
  std::string stuck;
  for (const auto& event : report.events) {
    if (event.kind == RoundEvent::Kind::is_stuck) stuck += fmt::format(" {} ", event.thread);
  }
  for (const auto& event : report.events) {
    const auto held = event.text.find("held by ");
    if (event.kind != RoundEvent::Kind::is_stuck || held == std::string::npos) continue;
    const std::string holder = event.text.substr(held + 8);
    if (stuck.find(fmt::format(" {} ", holder)) == std::string::npos) {
      return fmt::format("deadlock: thread {} is done, and still holds what thread {} waits for",
                         holder, event.thread);
    }
  }
  return "deadlock: no thread can go on";
}

std::string reason_of(const FailedRound& failure, CheckResult& result) {
  const std::string& kind = failure.violation.kind;
  if (!failure.report) return failure.trouble + " in a round of threads";
  if (kind == "deadlock") return deadlock_in_words(*failure.report);
  if (kind == "livelock") return "livelock: the threads run on and on, and none of them gets done";
  const auto& events = failure.report->events;
  if (failure.violation.event >= events.size()) return kind;
  const auto broken = broken_answer(events[failure.violation.event].text);
  if (!broken) return failure.violation.reason;
  result.where = broken->where;
  return broken->reason;
}

}  // namespace

std::optional<FailedRound> judge_round(const InterleavingCheck& check, const Conversation& talk,
                                       std::size_t exchange) {
  const auto& [asked, answered] = talk.exchanges[exchange];
  FailedRound failure;
  failure.exchange = exchange;
  failure.asked = asked;
  failure.program = program_of(asked);
  if (!answered) {
    const bool first_without = exchange == 0 || talk.exchanges[exchange - 1].answered;
    if (!first_without || talk.trouble.empty()) return std::nullopt;
    failure.trouble = talk.trouble.substr(0, talk.trouble.find(" at \"round "));
    failure.violation.kind = talk.trouble.substr(0, talk.trouble.find(' '));
    failure.worth_shrinking = talk.trouble.starts_with("crashed");
    return failure;
  }
  failure.report = parse_report(*answered);
  if (!failure.report) {
    failure.trouble =
        fmt::format("answered \"{}\" where a report of a round is due", answered->substr(0, 60));
    failure.violation.kind = "no report";
    failure.worth_shrinking = false;
    return failure;
  }
  if (!fits(*failure.report, failure.program)) {
    failure.report.reset();
    failure.trouble = "answered with a report that isn't one of the round that was asked for";
    failure.violation.kind = "no report";
    failure.worth_shrinking = false;
    return failure;
  }
  auto violation = violation_in(check, failure.program, *failure.report);
  if (!violation) return std::nullopt;
  failure.violation = std::move(*violation);
  failure.worth_shrinking =
      failure.violation.kind != not_implemented_kind && failure.violation.kind != undecided;
  return failure;
}

std::int64_t operations_in(const Program& program) {
  std::size_t operations = program.last.size() + program.first.size() - 1;
  for (const auto& thread : program.threads) operations += thread.size();
  return static_cast<std::int64_t>(operations);
}

void tell_round(const InterleavingCheck& check, const FailedRound& failure,
                const CodePlaces& places, CheckResult& result) {
  result.situation = check.situation(failure.program);
  if (failure.report) {
    Narrator narrator(check, failure, places);
    result.steps = narrator.steps();
    if (narrator.left_out() > 0) {
      result.situation += fmt::format("; the first {} steps are left out", narrator.left_out());
    }
    result.where = narrator.place();
    if (!narrator.lanes().bars.empty()) result.lanes = narrator.lanes();
  } else {
    result.steps = asked_steps(check, failure.program);
  }
  result.reason = reason_of(failure, result);
  const bool judged_by_answers = failure.report && !result.steps.empty() &&
                                 failure.violation.event < failure.report->events.size();
  if (judged_by_answers) result.mistakes = check.look_alikes(failure.program, *failure.report);
}

}  // namespace assay::grade
