#include "check/key_value.hpp"

#include <algorithm>

namespace assay::check {

KeyValue::KeyValue(const History& history, std::span<const PartEvent> events, const Parameters&)
    : values_(&history.values) {
  for (PartEvent event : events) {
    const Operation& op = history.operations[event.operation()];
    if (event.is_return() && op.function == Function::get) ranks_.push_back({op.result, 0});
  }
  std::sort(ranks_.begin(), ranks_.end(),
            [](const Rank& left, const Rank& right) { return left.value < right.value; });
  const auto last =
      std::unique(ranks_.begin(), ranks_.end(),
                  [](const Rank& left, const Rank& right) { return left.value == right.value; });
  ranks_.erase(last, ranks_.end());
  for (const Rank& rank : ranks_) returned_.push_back(text_of(rank.value));
  std::sort(returned_.begin(), returned_.end());
  returned_.erase(std::unique(returned_.begin(), returned_.end()), returned_.end());
  for (Rank& each : ranks_) {
    const auto place = std::lower_bound(returned_.begin(), returned_.end(), text_of(each.value));
    each.rank = static_cast<std::int32_t>(place - returned_.begin());
  }
}

std::int32_t KeyValue::rank_of(Value returned) const {
  return std::lower_bound(ranks_.begin(), ranks_.end(), returned,
                          [](const Rank& each, Value wanted) { return each.value < wanted; })
      ->rank;
}

// A key that was never put has the empty value.
std::string_view KeyValue::text_of(Value value) const { return values_->text_of(value); }

KeyValue::State KeyValue::extended(State state, std::string_view by) const {
  const auto begin = returned_.begin() + state.first;
  const auto end = returned_.begin() + state.last;
  const auto offset = static_cast<std::size_t>(state.length);
  const auto low = std::lower_bound(begin, end, by,
                                    [offset, by](std::string_view text, std::string_view wanted) {
                                      return text.substr(offset, by.size()) < wanted;
                                    });
  const auto high =
      std::upper_bound(low, end, by, [offset, by](std::string_view wanted, std::string_view text) {
        return wanted < text.substr(offset, by.size());
      });
  if (low == high) return {0, 0, 0};
  return {static_cast<std::int32_t>(low - returned_.begin()),
          static_cast<std::int32_t>(high - returned_.begin()),
          state.length + static_cast<std::int64_t>(by.size())};
}

bool KeyValue::step(State& state, const Operation& op) const {
  switch (op.function) {
    case Function::put:
      state = extended(initial(), text_of(op.argument));
      return true;
    case Function::append:
      state = extended(state, text_of(op.argument));
      return true;
    default:
      break;
  }
  return state.first != state.last && rank_of(op.result) == state.first &&
         text_of(op.result).size() == static_cast<std::size_t>(state.length);
}

Effect KeyValue::effect(const Operation& op) const {
  return {.observes = op.function == Function::get,
          .total = op.function != Function::get,
          .overwrites = op.function == Function::put};
}

bool KeyValue::rules_out(const State& state, const Operation& later) const {
  if (later.function != Function::get) return false;
  const std::int32_t rank = rank_of(later.result);
  return rank < state.first || rank >= state.last;
}

std::string KeyValue::describe(const State& state) const {
  if (state.first == state.last) return "a text that no get returned";
  const std::string_view text = returned_[static_cast<std::size_t>(state.first)];
  return quoted(text.substr(0, static_cast<std::size_t>(state.length)));
}

}  // namespace assay::check
