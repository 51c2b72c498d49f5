#include "check/timeline.hpp"

#include <algorithm>
#include <bit>

namespace assay::check {
namespace {

std::uint64_t hash_of(const Operation& op) {
  const auto pair = [](Value high, Value low) {
    return static_cast<std::uint64_t>(index_of(high)) << 32 |
           static_cast<std::uint32_t>(index_of(low));
  };
  return mix(mix(pair(op.key, op.argument)) ^ pair(op.second, op.result)) +
         mix(static_cast<std::uint64_t>(op.function));
}

bool same(const Operation& left, const Operation& right) {
  return left.function == right.function && left.key == right.key &&
         left.argument == right.argument && left.second == right.second &&
         left.result == right.result;
}

class Builder {
 public:
  Builder(const History& history, std::size_t events, const Model& model)
      : history_(history), model_(model), table_(std::bit_ceil(events + 2), Timeline::none) {
    timeline_.items.reserve(events / 2);
    timeline_.returns.reserve(events / 2);
  }

  void call(std::size_t operation, bool returns) {
    const std::int32_t kind = kind_of(history_.operations[operation]);
    if (!returns && effect(kind).observes) return;  // it tells nothing and changes nothing
    Timeline::Item item{static_cast<std::int32_t>(operation), kind, 0};
    if (free_.empty()) {
      item.slot = timeline_.slots++;
      in_slot_.push_back(Timeline::none);
    } else {
      item.slot = free_.back();
      free_.pop_back();
    }
    std::int32_t& holder = in_slot_[static_cast<std::size_t>(item.slot)];
    item.displaced = holder;
    holder = static_cast<std::int32_t>(timeline_.items.size());
    timeline_.items.push_back(item);
  }

  // A history numbers its operations in the order of their calls, so items are sorted by them.
  void end(std::size_t operation) {
    const auto item = std::lower_bound(
        timeline_.items.begin(), timeline_.items.end(), static_cast<std::int32_t>(operation),
        [](const Timeline::Item& each, std::int32_t wanted) { return each.operation < wanted; });
    item->returns = static_cast<std::int32_t>(timeline_.returns.size());
    timeline_.returns.push_back({static_cast<std::int32_t>(item - timeline_.items.begin()),
                                 static_cast<std::int32_t>(timeline_.items.size())});
    free_.push_back(item->slot);
  }

  Timeline take() {
    look_ahead();
    return std::move(timeline_);
  }

 private:
  const Effect& effect(std::int32_t kind) const {
    return timeline_.effects[static_cast<std::size_t>(kind)];
  }

  void look_ahead() {
    const auto end = static_cast<std::int32_t>(timeline_.returns.size());
    timeline_.next_picky.assign(timeline_.returns.size(), end);
    timeline_.next_overwrite.assign(timeline_.returns.size(), end);
    std::int32_t picky = end;
    std::int32_t overwrite = end;
    for (std::int32_t at = end; at-- > 0;) {
      if (!effect(timeline_.returning(at).kind).total) picky = at;
      timeline_.next_picky[static_cast<std::size_t>(at)] = picky;
      timeline_.next_overwrite[static_cast<std::size_t>(at)] = overwrite;
      for (std::int32_t i = timeline_.calls_begin(at); i < timeline_.calls_end(at); ++i) {
        if (effect(timeline_.items[static_cast<std::size_t>(i)].kind).overwrites) overwrite = at;
      }
    }
  }

  std::int32_t kind_of(const Operation& op) {
    const std::uint64_t mask = table_.size() - 1;
    std::uint64_t slot = hash_of(op) & mask;
    for (; table_[slot] != Timeline::none; slot = (slot + 1) & mask) {
      const auto known = static_cast<std::size_t>(table_[slot]);
      if (!same(timeline_.kinds[known], op)) continue;
      timeline_.is_common[known] = true;
      return table_[slot];
    }
    const auto kind = static_cast<std::int32_t>(timeline_.kinds.size());
    table_[slot] = kind;
    timeline_.kinds.push_back(op);
    timeline_.effects.push_back(model_.effect(op));
    timeline_.is_common.push_back(false);
    return kind;
  }

  const History& history_;
  const Model& model_;
  Timeline timeline_;
  std::vector<std::int32_t> table_;
  std::vector<std::int32_t> free_;
  std::vector<std::int32_t> in_slot_;
};

}  // namespace

Timeline timeline_of(const History& history, std::span<const PartEvent> part, const Model& model) {
  std::size_t end = part.size();  // calls after the last return demand nothing
  while (end > 0 && !part[end - 1].is_return()) --end;
  const std::span<const PartEvent> events = part.first(end);
  Builder builder(history, events.size(), model);
  for (PartEvent event : events) {
    if (event.is_return()) {
      builder.end(event.operation());
    } else {
      builder.call(event.operation(), event.returns());
    }
  }
  return builder.take();
}

}  // namespace assay::check
