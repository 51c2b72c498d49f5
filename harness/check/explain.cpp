#include "check/explain.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "check/search.hpp"

namespace assay::check {
namespace {

constexpr std::uint64_t slice = 1 << 14;
constexpr std::size_t shown_states = 6;
constexpr std::size_t easy_to_follow = 12;  // operations

// A part, the states in which it may begin, and a search through it that has ended.
struct Finding {
  std::unique_ptr<Timeline> timeline;
  std::unique_ptr<Search> search;
  Search::Status status = Search::Status::paused;
  bool impossible() const { return status == Search::Status::impossible; }
};

// An impossible part, and the states in which it may begin: the stronger the more.
struct Core {
  Part part;
  std::vector<StateId> starts;
  bool any_start = false;
};

class Shrinker {
 public:
  Shrinker(const History& history, const ModelKind& kind, const Parameters& parameters,
           const Part& blame, const Budget& budget)
      : history_(history),
        model_(kind.make(history, blame, parameters)),
        memory_bytes_(budget.memory_bytes),
        deadline_(budget),
        blame_(blame) {}

  std::optional<Explanation> run();

 private:
  Finding look(const Part& part, const std::vector<StateId>& starts, Lookahead lookahead);
  bool is_impossible(const Part& part, const std::vector<StateId>& starts) {
    return look(part, starts, Lookahead::on).impossible();
  }

  Core without_memory();
  std::optional<Core> with_memory();
  template <typename StartsAt>
  Core cut_front(StartsAt starts_at);
  Part from_return(std::size_t at) const;
  void drop_what_does_not_matter(Core& core);

  Explanation told(const Core& core);
  std::string begins_with(const Core& core) const;
  std::vector<std::string> precedences(const std::vector<std::size_t>& operations) const;

  const History& history_;
  std::unique_ptr<Model> model_;
  std::size_t memory_bytes_;
  Deadline deadline_;
  const Part& blame_;
};

Finding Shrinker::look(const Part& part, const std::vector<StateId>& starts, Lookahead lookahead) {
  Finding finding;
  finding.timeline = std::make_unique<Timeline>(timeline_of(history_, part, *model_));
  finding.search = make_search(*finding.timeline, *model_, starts, lookahead);
  if (finding.search == nullptr) return finding;
  while (finding.status == Search::Status::paused) {
    if (deadline_.passed() || finding.search->bytes() > memory_bytes_) return finding;
    finding.status = finding.search->advance(slice);
  }
  return finding;
}

// What comes after the given number of returns. What was open then may have taken effect already,
// or may yet, or never.
Part Shrinker::from_return(std::size_t at) const {
  Part window;
  std::vector<std::size_t> open;
  std::size_t returns = 0;
  for (PartEvent event : blame_) {
    if (returns == at) {
      const bool was_open = std::binary_search(open.begin(), open.end(), event.operation());
      if (!(event.is_return() && was_open)) window.push_back(event);
      continue;
    }
    const auto place = std::lower_bound(open.begin(), open.end(), event.operation());
    if (event.is_return()) {
      open.erase(place);
    } else {
      open.insert(place, event.operation());
    }
    if (event.is_return() && ++returns == at) {
      for (std::size_t operation : open) window.push_back(PartEvent::call(operation, false));
    }
  }
  return window;
}

// Demands nothing of the returns numbered [begin, end): those operations may happen at any later
// time, or not at all.
Part relaxed(const Part& part, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> operations;
  std::size_t number = 0;
  for (PartEvent event : part) {
    if (!event.is_return()) continue;
    if (number >= begin && number < end) operations.push_back(event.operation());
    ++number;
  }
  std::sort(operations.begin(), operations.end());
  Part rest;
  for (PartEvent event : part) {
    if (!std::binary_search(operations.begin(), operations.end(), event.operation())) {
      rest.push_back(event);
    } else if (!event.is_return()) {
      rest.push_back(PartEvent::call(event.operation(), false));
    }
  }
  return rest;
}

std::vector<std::size_t> demanded(const Part& part) {
  std::vector<std::size_t> operations;
  for (PartEvent event : part) {
    if (event.is_return()) operations.push_back(event.operation());
  }
  std::sort(operations.begin(), operations.end());
  return operations;
}

// The latest beginning from which it is impossible, in whichever of its states it begins.
template <typename StartsAt>
Core Shrinker::cut_front(StartsAt starts_at) {
  const std::size_t returns = demanded(blame_).size();
  const auto impossible_from = [&](std::size_t at) {
    const std::vector<StateId> starts = starts_at(at);
    return !starts.empty() && is_impossible(from_return(at), starts);
  };
  std::size_t step = 1;
  while (step < returns && !impossible_from(returns - step)) step *= 2;
  std::size_t good = returns - std::min(step, returns);
  for (std::size_t bad = returns - step / 2; good + 1 < bad;) {
    const std::size_t middle = good + (bad - good) / 2;
    (impossible_from(middle) ? good : bad) = middle;
  }
  if (good == 0) return {blame_, {model_->initial()}};
  return {from_return(good), starts_at(good)};
}

// Impossible whatever came before: nothing but the part itself is needed to see it.
Core Shrinker::without_memory() {
  std::vector<StateId> every(model_->states());
  std::iota(every.begin(), every.end(), 0);
  Core core = cut_front([&](std::size_t) { return every; });
  core.any_start = core.starts.size() == every.size();
  drop_what_does_not_matter(core);
  return core;
}

// Impossible in the states that can have been reached by then.
std::optional<Core> Shrinker::with_memory() {
  const Finding all = look(blame_, {model_->initial()}, Lookahead::off);
  if (!all.impossible()) return std::nullopt;
  Core core = cut_front(
      [&](std::size_t at) { return all.search->states_before(static_cast<std::int32_t>(at)); });
  drop_what_does_not_matter(core);
  return core;
}

// Leaves out runs of returns, then shorter runs, down to single ones, until none can go.
void Shrinker::drop_what_does_not_matter(Core& core) {
  std::size_t run = std::max<std::size_t>(1, demanded(core.part).size() / 2);
  while (true) {
    bool dropped = false;
    for (std::size_t begin = 0; begin < demanded(core.part).size();) {
      if (deadline_.passed()) return;
      Part smaller = relaxed(core.part, begin, begin + run);
      if (is_impossible(smaller, core.starts)) {
        core.part = std::move(smaller);
        dropped = true;
      } else {
        begin += run;
      }
    }
    if (run == 1 && !dropped) return;
    run = std::max<std::size_t>(1, run / 2);
  }
}

std::optional<Explanation> Shrinker::run() {
  if (!is_impossible(blame_, {model_->initial()})) return std::nullopt;
  Core core = without_memory();
  if (demanded(core.part).size() > easy_to_follow) {
    std::optional<Core> other = with_memory();
    const bool better = other && demanded(other->part).size() < demanded(core.part).size();
    if (better) core = std::move(*other);
  }
  return told(core);
}

std::string listed(const Model& model, const std::vector<StateId>& states) {
  std::string line;
  for (std::size_t index = 0; index < std::min(states.size(), shown_states); ++index) {
    if (index > 0) line += index + 1 == states.size() ? " or " : ", ";
    line += model.describe(states[index]);
  }
  if (states.size() > shown_states) {
    line += ", or one of " + std::to_string(states.size() - shown_states) + " others";
  }
  return line;
}

std::string Shrinker::begins_with(const Core& core) const {
  if (core.any_start) return "It doesn't matter what the state was before these operations.";
  return "Just before these operations, the state can only have been " +
         listed(*model_, core.starts) + ".";
}

// For each operation, those that were over when it was called, but for those that were over before
// one of these was called.
std::vector<std::string> Shrinker::precedences(const std::vector<std::size_t>& operations) const {
  std::vector<std::string> lines;
  const auto before = [this](std::size_t one, std::size_t other) {
    return history_.operations[one].returned < history_.operations[other].called;
  };
  for (std::size_t later : operations) {
    for (std::size_t earlier : operations) {
      if (!before(earlier, later)) continue;
      const bool implied = std::any_of(
          operations.begin(), operations.end(),
          [&](std::size_t middle) { return before(earlier, middle) && before(middle, later); });
      if (implied) continue;
      lines.push_back(history_.describe(earlier) + " had returned before " +
                      history_.describe(later) + " was called.");
    }
  }
  return lines;
}

Explanation Shrinker::told(const Core& core) {
  Explanation explanation;
  explanation.operations = demanded(core.part);
  explanation.left_out = history_.operations.size() - explanation.operations.size();
  const std::size_t count = explanation.operations.size();
  const Finding last = look(core.part, core.starts, Lookahead::off);
  explanation.summary = "These " + std::to_string(count) + " operations contradict each other.";
  explanation.reasons.push_back(begins_with(core));
  for (std::string& line : precedences(explanation.operations)) {
    explanation.reasons.push_back(std::move(line));
  }
  const std::size_t open = core.part.size() - 2 * count;
  if (open > 0) {
    explanation.reasons.push_back(std::to_string(open) + (open == 1 ? " more" : " others") +
                                  " may take effect in between, or not: that doesn't help.");
  }
  if (!last.impossible()) return explanation;
  const std::int32_t at = last.search->furthest();
  explanation.impossible = static_cast<std::size_t>(last.timeline->returning(at).operation);
  explanation.summary = "No order of " + std::to_string(count) +
                        (count == 1 ? " operation" : " operations") + " explains " +
                        history_.describe(*explanation.impossible) + " (" +
                        history_.where(*explanation.impossible) + ").";
  explanation.reasons.push_back("When " + history_.describe(*explanation.impossible) +
                                " returned, the state can only have been " +
                                listed(*model_, last.search->states_before(at)) +
                                ", and nothing that was open then makes it possible.");
  return explanation;
}

}  // namespace

std::optional<Explanation> explain_violation(const History& history, const ModelKind& kind,
                                             const Parameters& parameters, const Part& blame,
                                             const Budget& budget) {
  return Shrinker(history, kind, parameters, blame, budget).run();
}

}  // namespace assay::check
