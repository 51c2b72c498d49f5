// A part of a history: some of its operations, as events in the order in which they happened. A
// part whose operations can be judged apart from all others (one key of a store) makes searches
// small.
//
// An operation that is called in a part and never returns in it may take effect at any later time
// or not at all. So leaving out a return weakens what a part demands, and never makes it stricter.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "check/history.hpp"

namespace assay::check {

class PartEvent {
 public:
  // A call that `returns` has its return further on in the same part.
  static PartEvent call(std::size_t operation, bool returns) {
    return PartEvent(operation, returns ? 2U : 0U);
  }
  static PartEvent end(std::size_t operation) { return PartEvent(operation, 1U); }

  std::size_t operation() const { return bits_ / 4; }
  bool is_return() const { return bits_ % 2 == 1; }
  bool returns() const { return bits_ % 4 == 2; }

 private:
  PartEvent(std::size_t operation, std::uint32_t bits)
      : bits_(static_cast<std::uint32_t>(operation) * 4 + bits) {}

  std::uint32_t bits_;
};

using Part = std::vector<PartEvent>;

// All events of a history, in order.
Part whole(const History& history);

// One part per distinct key; of a set, where `by_element`, one per key and element. In order of the
// first call.
std::vector<Part> split(const History& history, bool by_element);

// The part up to and with its return number `last_return`; what is open there stays open.
Part prefix(std::span<const PartEvent> part, std::size_t last_return);

// The events of these operations only; sorted, as they stand in the part.
Part restricted(std::span<const PartEvent> part, std::span<const std::size_t> operations);

}  // namespace assay::check
