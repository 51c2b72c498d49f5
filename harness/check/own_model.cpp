#include "check/own_model.hpp"

#include "check/search.hpp"

namespace assay::check {
namespace {

constexpr std::uint64_t slice_steps = 1 << 16;  // between two looks at the budget

}  // namespace

Verdict check_linearizability(const History& history, Model& model, const Budget& budget) {
  const Part part = whole(history);
  const Timeline timeline = timeline_of(history, part, model);
  const auto search = make_search(timeline, model, {model.initial()});
  Verdict verdict;
  verdict.parts = 1;
  if (!search) {
    verdict.reason = "more than " + std::to_string(max_pending) + " operations are pending at once";
    return verdict;
  }
  const Deadline deadline(budget);
  auto status = Search::Status::paused;
  while (status == Search::Status::paused) {
    status = search->advance(slice_steps);
    if (status != Search::Status::paused) break;
    const bool too_large = search->bytes() + model.bytes() > budget.memory_bytes;
    if (!too_large && !deadline.passed()) continue;
    verdict.reason = "the search needs more than its budget";
    return verdict;
  }
  verdict.configurations = search->configurations();
  verdict.answer = status == Search::Status::found ? Answer::holds : Answer::violated;
  if (verdict.answer == Answer::violated) {
    verdict.blame = prefix(part, static_cast<std::size_t>(search->furthest()));
  }
  return verdict;
}

}  // namespace assay::check
