#include "host/rounds.hpp"

#ifndef ASSAY_SCHEDULED

namespace assay::host {

RoundAnswer answer_round(std::string_view /*line*/, Operations& /*operations*/) {
  throw BadRequest{"this host isn't scheduled: it can't run a round"};
}

}  // namespace assay::host

#else

#include <algorithm>

#include "host/round_text.hpp"
#include "threads/threads.hpp"

namespace assay::host {
namespace {

using threads::Points;
using Lines = std::vector<std::string>;

// Marks of a thread's operation: it starts, it has returned.
int start_of(std::size_t operation) { return static_cast<int>(2 * operation); }
int return_of(std::size_t operation) { return static_cast<int>(2 * operation + 1); }

// One thread of the round. What is read here to know what to do is nobody else's, and no point.
void perform(const Script& script, Operations& operations, Lines& answers) {
  const Points quiet(Points::Are::off);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Words& words = script.operations[i];
    threads::own(script.text.data(), script.text.size());
    threads::own(words.data(), words.size() * sizeof(words.front()));
    threads::mark(start_of(i));
    std::string answer;
    {
      const Points loud(Points::Are::on);
      answer = answer_to(words, operations);
    }
    answers[i] = std::move(answer);
    threads::mark(return_of(i));
  }
}

// The calling thread's part, before the threads or after.
void perform_alone(const Script& script, std::string_view name, Operations& operations,
                   RoundText& text) {
  for (const Words& words : script.operations) {
    text.add_start(name);
    text.add_return(name, answer_to(words, operations));
  }
}

void tell(const threads::Outcome& outcome, const std::vector<Lines>& answers, RoundText& text) {
  for (const threads::Event& event : outcome.events) {
    if (event.kind != threads::EventKind::mark) {
      text.add_switch(event);
      continue;
    }
    const auto thread = static_cast<std::size_t>(event.thread);
    const auto operation = static_cast<std::size_t>(event.to / 2);
    if (event.to == start_of(operation)) {
      text.add_start(std::to_string(thread));
    } else {
      text.add_return(std::to_string(thread), answers[thread][operation]);
    }
  }
  for (const threads::Stuck& stuck : outcome.stuck) text.add_stuck(stuck);
}

}  // namespace

RoundAnswer answer_round(std::string_view line, Operations& operations) {
  const Round round = read_round(line);
  RoundText text(round.operation_count());
  perform_alone(round.first, "first", operations, text);

  std::vector<Lines> answers;
  answers.reserve(round.threads.size());
  std::vector<std::function<void()> > bodies;
  for (const Script& script : round.threads) {
    answers.emplace_back(script.operations.size());
    bodies.emplace_back(
        [&script, &operations, &mine = answers.back()] { perform(script, operations, mine); });
  }
  const threads::Outcome outcome = threads::run(round.schedule, bodies);
  tell(outcome, answers, text);

  const bool stuck = outcome.kind != threads::Kind::finished;
  if (!stuck) perform_alone(round.last, "last", operations, text);
  text.add_totals(outcome);
  return {text.line(outcome.kind), stuck};
}

}  // namespace assay::host

#endif
