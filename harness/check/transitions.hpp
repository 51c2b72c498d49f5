// Remembers what a model's step gave, in a table of bounded size that forgets the older of two that
// meet in one place.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "check/model.hpp"
#include "check/timeline.hpp"

namespace assay::check {

class Transitions {
 public:
  Transitions(const Timeline& timeline, Model& model)
      : kinds_(timeline.kinds),
        model_(model),
        entries_(std::bit_ceil(std::clamp(kinds_.size() * 8, min_entries, max_entries))) {}

  StateId step(StateId state, std::int32_t kind) {
    const std::uint64_t index =
        static_cast<std::uint64_t>(state) * kinds_.size() + static_cast<std::uint64_t>(kind);
    Entry& entry = entries_[index & (entries_.size() - 1)];
    if (entry.state != state || entry.kind != kind) {
      entry = {state, kind, model_.step(state, kinds_[static_cast<std::size_t>(kind)])};
    }
    return entry.next;
  }

  std::size_t bytes() const { return entries_.size() * sizeof(Entry); }

 private:
  static constexpr std::size_t min_entries = 64;
  static constexpr std::size_t max_entries = std::size_t{1} << 18;

  struct Entry {
    StateId state = illegal;
    std::int32_t kind = 0;
    StateId next = illegal;
  };

  const std::vector<Operation>& kinds_;
  Model& model_;
  std::vector<Entry> entries_;
};

}  // namespace assay::check
