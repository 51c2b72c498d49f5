// Looks for an order of a part's operations that the model allows and that respects time: whatever
// returned before another was called comes before it. It walks along the returns and decides only
// there ("just in time"), depth first, and never twice from the same configuration; docs/checker.md
// explains what keeps the number of configurations small, and why that is right.
//
// It can be paused and resumed, so that many parts share a budget. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "check/model.hpp"
#include "check/timeline.hpp"

namespace assay::check {

class Search {
 public:
  enum class Status : std::uint8_t { found, impossible, paused };

  virtual ~Search() = default;

  // Goes on for at most so many steps; a step is some tens of nanoseconds.
  virtual Status advance(std::uint64_t steps) = 0;

  virtual std::size_t bytes() const = 0;
  virtual std::size_t configurations() const = 0;

  // A return that no order gets past, if the search is impossible.
  virtual std::int32_t furthest() const = 0;

  // States that include all in which some order can be just before a return, if nothing that is
  // pending there takes effect earlier than it has to.
  virtual std::vector<StateId> states_before(std::int32_t at) const = 0;
};

// Whether to give up states that the model rules out for what comes later: faster, but then what
// the search has seen is no longer all that is possible.
enum class Lookahead : std::uint8_t { on, off };

// Starts in any of the given states. Null where more operations are pending at once than the widest
// search can hold. The timeline and the model must outlive it.
std::unique_ptr<Search> make_search(const Timeline& timeline, Model& model,
                                    std::vector<StateId> starts,
                                    Lookahead lookahead = Lookahead::on);

inline constexpr std::int32_t max_pending = 1024;

}  // namespace assay::check
