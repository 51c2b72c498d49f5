// One direction of a gate: what is done to its bytes now, and what has passed. All its connections
// share it. Not thread-safe: the gate's lock guards it.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "fault/counters.hpp"
#include "fault/fault.hpp"

namespace assay::fault {

struct Lane {
  std::array<std::optional<Fault>, kVerbCount> faults;
  // The link of a bandwidth is one for all: when it has passed what was sent so far.
  std::chrono::steady_clock::time_point link_free_at;
  DirectionCounters counters;

  const std::optional<Fault>& of(Verb verb) const {
    return faults.at(static_cast<std::size_t>(verb));
  }
  bool has(Verb verb) const { return of(verb).has_value(); }
  bool stands_still() const { return has(Verb::clog) || has(Verb::black_hole); }
  // Nothing looks at the bytes, so they can go from socket to socket.
  bool plain() const {
    return !has(Verb::delay) && !has(Verb::bandwidth) && !has(Verb::slice) && !has(Verb::reset) &&
           !stands_still();
  }

  void apply(const Fault& fault) {
    if (fault.verb == Verb::pass) {
      faults.fill(std::nullopt);
      link_free_at = {};
      return;
    }
    // Bytes stay, or are dropped: the later of the two faults holds.
    if (fault.verb == Verb::clog) faults[static_cast<std::size_t>(Verb::black_hole)].reset();
    if (fault.verb == Verb::black_hole) faults[static_cast<std::size_t>(Verb::clog)].reset();
    faults.at(static_cast<std::size_t>(fault.verb)) = fault;
  }
};

}  // namespace assay::fault
