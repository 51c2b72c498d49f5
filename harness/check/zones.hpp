// Registers whose writes are all distinct, in linear time (Gibbons and Korach, "Testing Shared
// Memories", 1997). Each value has a zone: from the first return among its write and its reads to
// the last call among them. Where the return comes first, the value was there throughout the zone,
// and no two such zones may overlap; otherwise some instant of the zone suffices, and it must not
// lie wholly within another value's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "check/shortcut.hpp"

namespace assay::check {

class Zones final : public Shortcut {
 public:
  explicit Zones(const History& history);
  Status check(std::span<const PartEvent> part) override;

 private:
  static constexpr std::int32_t none = -1;
  static constexpr std::int32_t initially = -2;  // in place of an operation: before all of them

  // All that happened with one value. Times are positions in the part.
  struct Zone {
    std::int32_t write = none;
    std::int32_t returned_first = none;
    std::int32_t called_last = none;
    Position written_at = never;
    Position first_return = never;
    Position last_call = none;

    bool is_untouched() const { return write == none && last_call == none; }
    bool is_forward() const { return first_return < last_call; }
    Position begin() const { return std::min(first_return, last_call); }
    Position end() const { return std::max(first_return, last_call); }
  };

  Zone& zone_of(const Operation& op, Value value);
  bool collect(std::span<const PartEvent> part);
  bool note_write(PartEvent event, Position at);
  void note_read(PartEvent event, Position at);
  Status judge(std::size_t events);
  Status blame_both(const Zone& one, const Zone& other);

  const History& history_;
  Value empty_text_;                   // which get returns where nothing was put
  std::vector<Zone> zones_;            // by value
  std::vector<std::int32_t> touched_;  // the values of this part
  std::vector<std::int32_t> begins_;
};

}  // namespace assay::check
