#include "check/zones.hpp"

#include "check/models.hpp"

namespace assay::check {

Zones::Zones(const History& history)
    : history_(history),
      empty_text_(history.values.find_text("").value_or(Value::nil)),
      zones_(history.values.size()) {}

Shortcut::Status Zones::check(std::span<const PartEvent> part) {
  for (std::int32_t index : touched_) zones_[static_cast<std::size_t>(index)] = {};
  touched_.clear();
  Zone& first = zones_[0];  // of nil, which is there before anything is called
  first.write = first.returned_first = initially;
  first.written_at = first.first_return = first.last_call = 0;
  touched_.push_back(0);
  return collect(part) ? judge(part.size()) : Status::inapplicable;
}

Zones::Zone& Zones::zone_of(const Operation& op, Value value) {
  if (value == empty_text_ && (op.function == Function::get || op.function == Function::put)) {
    value = Value::nil;
  }
  Zone& zone = zones_[static_cast<std::size_t>(index_of(value))];
  if (zone.is_untouched()) touched_.push_back(index_of(value));
  return zone;
}

bool Zones::collect(std::span<const PartEvent> part) {
  Position at = 0;
  for (PartEvent event : part) {
    ++at;
    const Function function = history_.operations[event.operation()].function;
    if (is_read(function)) {
      note_read(event, at);
    } else if (!is_write(function) || !note_write(event, at)) {
      return false;
    }
  }
  return true;
}

bool Zones::note_write(PartEvent event, Position at) {
  const Operation& op = history_.operations[event.operation()];
  const auto operation = static_cast<std::int32_t>(event.operation());
  Zone& zone = zone_of(op, op.argument);
  if (event.is_return()) {
    if (zone.first_return != never) return true;
    zone.first_return = at;
    zone.returned_first = operation;
    return true;
  }
  if (zone.write != none) return false;
  zone.write = zone.called_last = operation;
  zone.written_at = zone.last_call = at;
  return true;
}

void Zones::note_read(PartEvent event, Position at) {
  if (!event.is_return() && !event.returns()) return;  // nobody saw what it read
  const Operation& op = history_.operations[event.operation()];
  const auto operation = static_cast<std::int32_t>(event.operation());
  Zone& zone = zone_of(op, op.result);
  if (!event.is_return()) {
    zone.last_call = at;
    zone.called_last = operation;
  } else if (zone.first_return == never) {
    zone.first_return = at;
    zone.returned_first = operation;
  }
}

Shortcut::Status Zones::judge(std::size_t events) {
  // Zones begin at distinct positions, so placing them by position sorts them.
  begins_.assign(events + 1, none);
  for (std::int32_t index : touched_) {
    const Zone& zone = zones_[static_cast<std::size_t>(index)];
    if (zone.first_return == never) continue;  // nobody knows that it was ever there
    if (zone.write == none) return blame({zone.returned_first});
    if (zone.first_return < zone.written_at) return blame({zone.returned_first, zone.write});
    begins_[static_cast<std::size_t>(zone.begin())] = index;
  }
  const Zone* reigning = nullptr;  // the latest value that was there throughout its zone
  for (std::int32_t index : begins_) {
    if (index == none) continue;
    const Zone& zone = zones_[static_cast<std::size_t>(index)];
    const bool overlaps = reigning != nullptr && zone.begin() < reigning->end();
    if (zone.is_forward()) {
      if (overlaps) return blame_both(*reigning, zone);
      reigning = &zone;
    } else if (overlaps && zone.end() < reigning->end()) {
      return blame_both(*reigning, zone);
    }
  }
  return Status::holds;
}

Shortcut::Status Zones::blame_both(const Zone& one, const Zone& other) {
  return blame({one.write, one.returned_first, one.called_last, other.write, other.returned_first,
                other.called_last});
}

}  // namespace assay::check
