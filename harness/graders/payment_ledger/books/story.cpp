#include "graders/payment_ledger/books/story.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "graders/payment_ledger/books/judge.hpp"
#include "graders/payment_ledger/books/picture.hpp"

namespace assay::graders::payment_ledger {
namespace {

std::string why(const BookOperation& operation, const BookAnswer& expected,
                const BookModel& before) {
  using Kind = BookAnswer::Kind;
  if (operation.kind == BookOperation::Kind::look) {
    return expected.kind == Kind::refused ? "it was never opened"
                                          : "the sums of what was posted to it, and nothing else";
  }
  if (expected.kind != Kind::refused) {
    return operation.kind == BookOperation::Kind::post ? "no reason to refuse holds for it"
                                                       : "there is no account with that id yet";
  }
  if (expected.code == refusals.back()) {
    const auto low = std::ranges::find_if(operation.legs, [&](const auto& leg) {
      return leg.debit && before.accounts().at(leg.account).floor.has_value();
    });
    if (low != operation.legs.end()) return low->account + " would have less than its floor";
  }
  return "of the reasons that hold, " + expected.code + " comes first";
}

std::string leave_out_first(std::vector<grade::Step>& steps) {
  const auto all = static_cast<std::int64_t>(steps.size());
  steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(grade::told_steps_max));
  return fmt::format("; the last {} of {} operations are shown", steps.size(),
                     base::thousands(all));
}

}  // namespace

void tell_books(const grade::Performance& performance, const grade::Violation& violation,
                grade::CheckResult& result) {
  BookModel model;
  result.situation = "a ledger without accounts";
  for (std::size_t i = 1; i <= violation.index; ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const BookOperation operation = parse_book_operation(asked);
    const BookModel before = model;
    const BookAnswer expected = model.answer(operation);
    grade::Step step;
    step.did = in_words(operation);
    step.expected = in_words(expected);
    const bool broken = !answered || grade::broken_answer(*answered);
    const BookAnswer came = broken ? BookAnswer{} : parse_book_answer(*answered, operation.kind);
    if (answered) step.came = broken ? *answered : in_words(came);
    step.agrees = i < violation.index;
    if (!step.agrees) {
      step.why = why(operation, expected, before);
      result.reason = step.did + ": " + violation.kind;
      if (came != BookAnswer{}) result.picture = t_accounts({before, operation, expected, came});
    }
    result.steps.push_back(std::move(step));
  }
  if (result.steps.size() > grade::told_steps_max) {
    result.situation += leave_out_first(result.steps);
  }
}

std::vector<std::string> book_look_alikes(const grade::Performance& performance) {
  std::vector<std::string> names;
  if (performance.exchanges.size() < 2) return names;
  for (const BookMistake mistake : all_book_mistakes) {
    if (gives_all_answers(performance, mistake)) names.emplace_back(in_words(mistake));
  }
  return names;
}

}  // namespace assay::graders::payment_ledger
