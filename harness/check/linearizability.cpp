#include "check/linearizability.hpp"

#include <algorithm>
#include <memory>

#include "check/search.hpp"

namespace assay::check {
namespace {

// Searches take turns, so that a part which shows a violation at once is not kept waiting by one
// that takes for ever. Each round is this much longer than the one before.
constexpr std::uint64_t first_slice = 1 << 10;
constexpr std::uint64_t slice_growth = 16;
constexpr std::uint64_t longest_slice = 1 << 16;  // between two looks at the budget

// A part with all that its search needs, at addresses that stay.
class PartSearch {
 public:
  PartSearch(const History& history, const ModelKind& kind, const Parameters& parameters,
             const Part& part)
      : part_(part),
        model_(kind.make(history, part, parameters)),
        timeline_(timeline_of(history, part, *model_)),
        search_(make_search(timeline_, *model_, {model_->initial()})) {}

  bool possible() const { return search_ != nullptr; }
  Search& search() { return *search_; }
  Part blame() const { return prefix(part_, static_cast<std::size_t>(search_->furthest())); }
  std::size_t bytes() const {
    return search_->bytes() + timeline_.items.capacity() * sizeof(Timeline::Item) +
           timeline_.returns.capacity() * sizeof(Timeline::Return) +
           timeline_.kinds.capacity() * sizeof(Operation);
  }

 private:
  const Part& part_;
  std::unique_ptr<Model> model_;
  Timeline timeline_;
  std::unique_ptr<Search> search_;
};

class Check {
 public:
  Check(const History& history, const ModelKind& kind, const Parameters& parameters,
        const Budget& budget)
      : history_(history),
        kind_(kind),
        parameters_(parameters),
        memory_bytes_(budget.memory_bytes),
        deadline_(budget),
        parts_(split(history, splits_by_element(kind, history))) {
    verdict_.parts = parts_.size();
  }

  Verdict run();

 private:
  using Status = Search::Status;

  void begin(const Part& part, Shortcut* shortcut);
  Status advance(PartSearch& each, std::uint64_t steps);
  void take_turns();
  bool is_over_budget(std::size_t bytes);
  bool decided() const { return verdict_.blame.has_value(); }

  const History& history_;
  const ModelKind& kind_;
  const Parameters& parameters_;
  std::size_t memory_bytes_;
  Deadline deadline_;
  std::vector<Part> parts_;
  std::vector<std::unique_ptr<PartSearch>> open_;
  std::size_t open_bytes_ = 0;  // of all open searches but the one at work
  bool exhausted_ = false;
  Verdict verdict_;
};

bool Check::is_over_budget(std::size_t bytes) {
  if (open_bytes_ + bytes > memory_bytes_) {
    verdict_.reason = "the search needs more than its budget of " +
                      std::to_string(memory_bytes_ >> 20) + " MiB of memory";
  } else if (deadline_.passed()) {
    verdict_.reason = "the search needs more than its budget of time";
  } else {
    return false;
  }
  return exhausted_ = true;
}

Check::Status Check::advance(PartSearch& each, std::uint64_t steps) {
  while (true) {
    const std::uint64_t slice = std::min(steps, longest_slice);
    const Status status = each.search().advance(slice);
    steps -= slice;
    if (status == Status::impossible) verdict_.blame = each.blame();
    const bool over = status != Status::paused || steps == 0 || is_over_budget(each.bytes());
    if (!over) continue;
    if (status != Status::paused) verdict_.configurations += each.search().configurations();
    return status;
  }
}

// Settles the part at once if that is easy, and keeps it for later otherwise.
void Check::begin(const Part& part, Shortcut* shortcut) {
  const auto status = shortcut == nullptr ? Shortcut::Status::inapplicable : shortcut->check(part);
  if (status == Shortcut::Status::violated) {
    verdict_.blame = restricted(part, shortcut->conflict());
  }
  if (status != Shortcut::Status::inapplicable) return;
  auto each = std::make_unique<PartSearch>(history_, kind_, parameters_, part);
  if (!each->possible()) {
    verdict_.reason =
        "more than " + std::to_string(max_pending) + " operations of one part are pending at once";
    return;
  }
  if (advance(*each, first_slice) != Status::paused) return;
  open_bytes_ += each->bytes();
  open_.push_back(std::move(each));
}

void Check::take_turns() {
  std::uint64_t slice = first_slice * slice_growth;
  while (!open_.empty() && !decided() && !exhausted_) {
    std::vector<std::unique_ptr<PartSearch>> unfinished;
    for (auto& each : open_) {
      if (decided() || exhausted_) break;
      open_bytes_ -= each->bytes();
      if (advance(*each, slice) != Status::paused) continue;
      open_bytes_ += each->bytes();
      unfinished.push_back(std::move(each));
    }
    open_ = std::move(unfinished);
    slice *= slice_growth;
  }
}

Verdict Check::run() {
  const std::unique_ptr<Shortcut> shortcut =
      kind_.make_shortcut == nullptr ? nullptr : kind_.make_shortcut(history_);
  for (const Part& part : parts_) {
    begin(part, shortcut.get());
    if (decided() || is_over_budget(0)) break;
  }
  if (!exhausted_) take_turns();
  if (decided()) {
    verdict_.answer = Answer::violated;
    verdict_.reason.clear();
  } else {
    verdict_.answer = verdict_.reason.empty() ? Answer::holds : Answer::unknown;
  }
  return std::move(verdict_);
}

}  // namespace

Verdict check_linearizability(const History& history, const ModelKind& kind,
                              const Parameters& parameters, const Budget& budget) {
  return Check(history, kind, parameters, budget).run();
}

}  // namespace assay::check
