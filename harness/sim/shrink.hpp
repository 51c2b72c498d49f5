// Shrinking a failure to the smallest one that still fails: delta debugging (Zeller, Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input", 2002) over a list, in batches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace assay::sim {

struct ShrinkLimits {
  std::size_t batches = 200;          // runs of a batch of candidates
  std::size_t items = 500'000;        // in all candidates together
  std::size_t batch_candidates = 32;  // in one run
};

template <class Item>
class Shrinker {
 public:
  using Candidate = std::vector<Item>;
  // The index of the first candidate that fails as the original does, or nothing.
  using Test = std::function<std::optional<std::size_t>(const std::vector<Candidate>&)>;
  // Simpler replacements for one item, simplest first.
  using Simplify = std::function<std::vector<Item>(const Item&)>;

  Shrinker(Test test, Simplify simplify, ShrinkLimits limits = {})
      : test_(std::move(test)), simplify_(std::move(simplify)), left_(limits) {}

  // `failing` must fail. The answer fails too, and has no more items.
  Candidate shrink(Candidate failing) {
    smallest_ = std::move(failing);
    for (bool smaller = true; smaller && within_limits();) {
      smaller = remove_chunks();
      smaller = simplify_items() || smaller;
    }
    return smallest_;
  }

 private:
  bool remove_chunks() {
    bool any = false;
    for (std::size_t chunk = std::max<std::size_t>(1, smallest_.size() / 2);; chunk /= 2) {
      while (remove_one_chunk(chunk)) any = true;
      if (chunk <= 1 || !within_limits()) return any;
    }
  }

  bool remove_one_chunk(std::size_t chunk) {
    std::vector<Candidate> candidates;
    // From the end: the early items are more often the ones that set the stage.
    for (std::size_t end = smallest_.size(); end > 0; end -= std::min(end, chunk)) {
      const std::size_t begin = end - std::min(end, chunk);
      if (end - begin == smallest_.size()) continue;
      Candidate rest(smallest_.begin(), smallest_.begin() + static_cast<std::ptrdiff_t>(begin));
      rest.insert(rest.end(), smallest_.begin() + static_cast<std::ptrdiff_t>(end),
                  smallest_.end());
      candidates.push_back(std::move(rest));
      if (candidates.size() == left_.batch_candidates && take_first(candidates)) return true;
    }
    return take_first(candidates);
  }

  bool simplify_items() {
    bool any = false;
    for (std::size_t i = 0; i < smallest_.size(); ++i) {
      std::vector<Candidate> candidates;
      for (Item& simpler : simplify_(smallest_[i])) {
        candidates.push_back(smallest_);
        candidates.back()[i] = std::move(simpler);
      }
      any = take_first(candidates) || any;
    }
    return any;
  }

  // Tries the batch and empties it; keeps its first failing candidate.
  bool take_first(std::vector<Candidate>& candidates) {
    std::vector<Candidate> batch = std::exchange(candidates, {});
    if (batch.empty() || !within_limits()) return false;
    --left_.batches;
    for (const auto& candidate : batch) left_.items -= std::min(left_.items, candidate.size());
    const auto failing = test_(batch);
    if (failing) smallest_ = std::move(batch[*failing]);
    return failing.has_value();
  }

  bool within_limits() const { return left_.batches > 0 && left_.items > 0; }

  Test test_;
  Simplify simplify_;
  ShrinkLimits left_;
  Candidate smallest_;
};

}  // namespace assay::sim
