#include "check/queue_order.hpp"

#include <algorithm>

namespace assay::check {

QueueOrder::QueueOrder(const History& history)
    : history_(history), passages_(history.values.size()), empty_calls_(history.values.size()) {}

Shortcut::Status QueueOrder::check(std::span<const PartEvent> part) {
  for (std::int32_t value : touched_) passages_[static_cast<std::size_t>(value)] = {};
  touched_.clear();
  second_dequeue_ = none;
  if (!collect(part)) return Status::inapplicable;
  if (check_passages() == Status::violated) return Status::violated;
  if (check_order(part) == Status::violated) return Status::violated;
  return check_empties(part);
}

QueueOrder::Passage& QueueOrder::passage_of(Value value) {
  Passage& passage = passages_[static_cast<std::size_t>(index_of(value))];
  if (passage.enqueue == none && passage.dequeue == none) touched_.push_back(index_of(value));
  return passage;
}

// False where a value is put in twice, or nobody knows what was taken out.
bool QueueOrder::collect(std::span<const PartEvent> part) {
  Position at = 0;
  for (PartEvent event : part) {
    ++at;
    const Operation& op = history_.operations[event.operation()];
    if (op.function == Function::enqueue) {
      if (!note_enqueue(event, at)) return false;
    } else if (event.is_return() || event.returns()) {
      note_dequeue(event, at);
    } else {
      return false;
    }
  }
  return true;
}

bool QueueOrder::note_enqueue(PartEvent event, Position at) {
  Passage& passage = passage_of(history_.operations[event.operation()].argument);
  if (event.is_return()) {
    passage.enqueued = at;
    return true;
  }
  if (passage.enqueue != none) return false;
  passage.enqueue = static_cast<std::int32_t>(event.operation());
  passage.enqueue_called = at;
  return true;
}

void QueueOrder::note_dequeue(PartEvent event, Position at) {
  const Operation& op = history_.operations[event.operation()];
  const auto operation = static_cast<std::int32_t>(event.operation());
  if (op.result == Value::nil) return;
  Passage& passage = passage_of(op.result);
  if (passage.dequeue != none && passage.dequeue != operation) {
    repeated_ = index_of(op.result);
    second_dequeue_ = operation;
    return;
  }
  passage.dequeue = operation;
  (event.is_return() ? passage.dequeued : passage.dequeue_called) = at;
}

Shortcut::Status QueueOrder::check_passages() {
  if (second_dequeue_ != none) {
    const Passage& passage = passages_[static_cast<std::size_t>(repeated_)];
    return blame({passage.enqueue, passage.dequeue, second_dequeue_});
  }
  for (std::int32_t value : touched_) {
    const Passage& passage = passages_[static_cast<std::size_t>(value)];
    if (passage.dequeue == none) continue;
    if (passage.enqueue == none) return blame({passage.dequeue});
    if (passage.dequeued < passage.enqueue_called) {
      return blame({passage.enqueue, passage.dequeue});
    }
  }
  return Status::holds;
}

// Among the values that were in before another was called to go in, one that stays longest: it must
// not be called out only after the other has come out.
Shortcut::Status QueueOrder::check_order(std::span<const PartEvent> part) {
  const Passage* longest = nullptr;
  for (PartEvent event : part) {
    const Operation& op = history_.operations[event.operation()];
    if (op.function != Function::enqueue) continue;
    const Passage& passage = passage_of(op.argument);
    if (event.is_return()) {
      const bool longer = longest == nullptr || passage.dequeue_called > longest->dequeue_called;
      if (longer) longest = &passage;
    } else if (longest != nullptr && passage.dequeued < longest->dequeue_called) {
      return blame({longest->enqueue, longest->dequeue, passage.enqueue, passage.dequeue});
    }
  }
  return Status::holds;
}

// Follows the times during which something was certainly there, one after the other.
Shortcut::Status QueueOrder::check_empties(std::span<const PartEvent> part) {
  Position begin = 0;
  Position end = 0;
  Position at = 0;
  for (PartEvent event : part) {
    ++at;
    const Operation& op = history_.operations[event.operation()];
    if (op.function == Function::enqueue && event.is_return()) {
      const Position until = passage_of(op.argument).dequeue_called;
      if (at > end) begin = at;
      if (until > at) end = std::max(end, until);
    } else if (op.function == Function::dequeue && op.result == Value::nil) {
      Position& called = empty_calls_[static_cast<std::size_t>(index_of(op.process))];
      if (!event.is_return()) {
        called = at;
      } else if (begin < called && end > at) {
        return blame_empty(event, called, at);
      }
    }
  }
  return Status::holds;
}

// The fewest values that were certainly there, one after the other, from its call to its return.
Shortcut::Status QueueOrder::blame_empty(PartEvent dequeue, Position called, Position returned) {
  std::vector<std::int32_t> chain = {static_cast<std::int32_t>(dequeue.operation())};
  for (Position covered = called; covered <= returned;) {
    const Passage* furthest = nullptr;
    for (std::int32_t value : touched_) {
      const Passage& passage = passages_[static_cast<std::size_t>(value)];
      if (passage.enqueued > covered) continue;
      if (furthest == nullptr || passage.dequeue_called > furthest->dequeue_called) {
        furthest = &passage;
      }
    }
    chain.push_back(furthest->enqueue);
    chain.push_back(furthest->dequeue);
    covered = furthest->dequeue_called;
  }
  return blame(chain);
}

}  // namespace assay::check
