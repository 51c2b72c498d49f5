#include "check/part.hpp"

#include <algorithm>

#include "check/hash.hpp"

namespace assay::check {
namespace {

// Numbers pairs of values in the order of their first appearance.
class Numbering {
 public:
  std::size_t number_of(Value key, Value element) {
    if (known_.empty()) known_.assign(64, {});
    const std::uint64_t pair = (static_cast<std::uint64_t>(index_of(key)) << 32) |
                               static_cast<std::uint32_t>(index_of(element));
    std::uint64_t slot = mix(pair) & (known_.size() - 1);
    while (known_[slot].number != 0 && known_[slot].pair != pair) {
      slot = (slot + 1) & (known_.size() - 1);
    }
    if (known_[slot].number != 0) return known_[slot].number - 1;
    known_[slot] = {pair, ++count_};
    const std::size_t number = count_ - 1;
    if (count_ * 2 > known_.size()) grow();
    return number;
  }

  std::size_t count() const { return count_; }

 private:
  struct Known {
    std::uint64_t pair = 0;
    std::size_t number = 0;  // from 1; 0: empty
  };

  void grow() {
    std::vector<Known> before(known_.size() * 2);
    before.swap(known_);
    for (const Known& known : before) {
      if (known.number == 0) continue;
      std::uint64_t slot = mix(known.pair) & (known_.size() - 1);
      while (known_[slot].number != 0) slot = (slot + 1) & (known_.size() - 1);
      known_[slot] = known;
    }
  }

  std::vector<Known> known_;
  std::size_t count_ = 0;
};

}  // namespace

Part whole(const History& history) {
  std::vector<std::uint32_t> at(static_cast<std::size_t>(history.end), 0);
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    at[static_cast<std::size_t>(op.called)] = static_cast<std::uint32_t>(index * 2 + 1);
    if (!op.unknown()) {
      at[static_cast<std::size_t>(op.returned)] = static_cast<std::uint32_t>(index * 2 + 2);
    }
  }
  Part events;
  events.reserve(history.operations.size() * 2);
  for (std::uint32_t event : at) {
    if (event == 0) continue;
    const std::size_t operation = (event - 1) / 2;
    const bool is_return = (event - 1) % 2 == 1;
    events.push_back(is_return
                         ? PartEvent::end(operation)
                         : PartEvent::call(operation, !history.operations[operation].unknown()));
  }
  return events;
}

std::vector<Part> split(const History& history, bool by_element) {
  Part events = whole(history);
  const bool one_key =
      std::all_of(history.operations.begin(), history.operations.end(),
                  [&](const Operation& op) { return op.key == history.operations.front().key; });
  if (one_key && !by_element) {
    std::vector<Part> parts;
    parts.push_back(std::move(events));
    return parts;
  }
  Numbering numbering;
  std::vector<std::uint32_t> part_of(history.operations.size());
  std::vector<std::size_t> sizes;
  for (std::size_t index = 0; index < history.operations.size(); ++index) {
    const Operation& op = history.operations[index];
    const std::size_t part = numbering.number_of(op.key, by_element ? op.argument : Value::nil);
    part_of[index] = static_cast<std::uint32_t>(part);
    if (part == sizes.size()) sizes.push_back(0);
    sizes[part] += op.unknown() ? 1U : 2U;
  }
  std::vector<Part> parts(numbering.count());
  for (std::size_t part = 0; part < parts.size(); ++part) parts[part].reserve(sizes[part]);
  for (PartEvent event : events) parts[part_of[event.operation()]].push_back(event);
  return parts;
}

Part prefix(std::span<const PartEvent> part, std::size_t last_return) {
  std::size_t end = 0;
  for (std::size_t returns = 0; end < part.size() && returns <= last_return; ++end) {
    if (part[end].is_return()) ++returns;
  }
  std::vector<std::size_t> returned;
  for (PartEvent event : part.first(end)) {
    if (event.is_return()) returned.push_back(event.operation());
  }
  std::sort(returned.begin(), returned.end());
  Part result;
  result.reserve(end);
  for (PartEvent event : part.first(end)) {
    const bool returns = std::binary_search(returned.begin(), returned.end(), event.operation());
    result.push_back(event.is_return() ? event : PartEvent::call(event.operation(), returns));
  }
  return result;
}

Part restricted(std::span<const PartEvent> part, std::span<const std::size_t> operations) {
  Part result;
  for (PartEvent event : part) {
    if (std::binary_search(operations.begin(), operations.end(), event.operation())) {
      result.push_back(event);
    }
  }
  return result;
}

}  // namespace assay::check
