// The operations pending just before a return, each in its slot. Moves back as well as forth.
#pragma once

#include <cstdint>
#include <vector>

#include "check/mask.hpp"
#include "check/timeline.hpp"

namespace assay::check {

template <int Words>
class Window {
 public:
  explicit Window(const Timeline& timeline)
      : timeline_(timeline), item_in_slot_(static_cast<std::size_t>(timeline.slots)) {}

  const Mask<Words>& pending() const { return pending_; }
  const Mask<Words>& total() const { return total_; }
  const Mask<Words>& overwriting() const { return overwriting_; }
  std::int32_t item_in(std::int32_t slot) const {
    return item_in_slot_[static_cast<std::size_t>(slot)];
  }

  void admit(std::int32_t index) {
    const Timeline::Item& item = timeline_.items[static_cast<std::size_t>(index)];
    item_in_slot_[static_cast<std::size_t>(item.slot)] = index;
    pending_.set(item.slot);
    const Effect& effect = timeline_.effects[static_cast<std::size_t>(item.kind)];
    if (effect.total) total_.set(item.slot);
    if (effect.overwrites) overwriting_.set(item.slot);
  }

  void release(std::int32_t slot) {
    pending_.clear(slot);
    total_.clear(slot);
    overwriting_.clear(slot);
  }

  // Undoes admit.
  void withdraw(std::int32_t index) {
    const Timeline::Item& item = timeline_.items[static_cast<std::size_t>(index)];
    release(item.slot);
    if (item.displaced != Timeline::none) {
      item_in_slot_[static_cast<std::size_t>(item.slot)] = item.displaced;
    }
  }

 private:
  const Timeline& timeline_;
  std::vector<std::int32_t> item_in_slot_;
  Mask<Words> pending_;
  Mask<Words> total_;
  Mask<Words> overwriting_;
};

}  // namespace assay::check
