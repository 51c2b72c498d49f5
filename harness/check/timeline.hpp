// A part of a history, made ready for a search: operations that are the same in all but time share
// a kind, every operation has a slot (a small number of its own while it is pending), and the
// returns stand in order, each with the calls that came before it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "check/history.hpp"
#include "check/model.hpp"
#include "check/part.hpp"

namespace assay::check {

struct Timeline {
  static constexpr std::int32_t none = -1;
  static constexpr std::int32_t never_returns = std::numeric_limits<std::int32_t>::max();

  struct Item {
    std::int32_t operation;  // in the history
    std::int32_t kind;
    std::int32_t slot;
    std::int32_t displaced = none;         // the item that had this slot
    std::int32_t returns = never_returns;  // which of the returns is its
  };
  struct Return {
    std::int32_t item;
    std::int32_t calls_end;  // the items before this one are called by then
  };

  std::vector<Item> items;  // in order of call
  std::vector<Return> returns;
  std::vector<Operation> kinds;
  std::vector<Effect> effects;  // by kind
  std::vector<bool> is_common;  // by kind: more than one item has it
  std::int32_t slots = 0;

  // By return; the number of returns where there is none.
  std::vector<std::int32_t> next_picky;      // from this on, whose operation isn't total
  std::vector<std::int32_t> next_overwrite;  // after this, before which an overwriting call comes

  std::int32_t returning_index(std::int32_t at) const {
    return returns[static_cast<std::size_t>(at)].item;
  }
  const Item& returning(std::int32_t at) const {
    return items[static_cast<std::size_t>(returning_index(at))];
  }

  // The items that are called between the return before this one and this one. None at the end.
  std::int32_t calls_begin(std::int32_t at) const { return at == 0 ? 0 : calls_end(at - 1); }
  std::int32_t calls_end(std::int32_t at) const {
    const std::size_t last = returns.size() - 1;
    return returns.empty() ? 0 : returns[std::min(static_cast<std::size_t>(at), last)].calls_end;
  }
};

Timeline timeline_of(const History& history, std::span<const PartEvent> part, const Model& model);

}  // namespace assay::check
