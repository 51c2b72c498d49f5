// Queues whose values are all distinct, in linear time (Henzinger, Sezgin and Vafeiadis,
// "Aspect-Oriented Linearizability Proofs", 2013). Such a history is wrong in one of four ways
// only: a value came out that was not in yet; it came out twice; it overtook one that was certainly
// put in before and certainly taken out later, or never; or "empty" was returned while at every
// moment something was certainly there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "check/shortcut.hpp"

namespace assay::check {

class QueueOrder final : public Shortcut {
 public:
  explicit QueueOrder(const History& history);
  Status check(std::span<const PartEvent> part) override;

 private:
  static constexpr std::int32_t none = -1;

  // What happened to one value. Times are positions in the part.
  struct Passage {
    std::int32_t enqueue = none;
    std::int32_t dequeue = none;
    Position enqueue_called = never;
    Position enqueued = never;  // its return
    Position dequeue_called = never;
    Position dequeued = never;
  };
  bool collect(std::span<const PartEvent> part);
  bool note_enqueue(PartEvent event, Position at);
  void note_dequeue(PartEvent event, Position at);
  Status check_passages();
  Status check_order(std::span<const PartEvent> part);
  Status check_empties(std::span<const PartEvent> part);
  Status blame_empty(PartEvent dequeue, Position called, Position returned);
  Passage& passage_of(Value value);

  const History& history_;
  std::vector<Passage> passages_;      // by value
  std::vector<std::int32_t> touched_;  // the values of this part
  std::vector<Position> empty_calls_;  // by process: of a dequeue that returns "empty"
  std::int32_t repeated_ = none;       // a value that came out twice
  std::int32_t second_dequeue_ = none;
};

}  // namespace assay::check
