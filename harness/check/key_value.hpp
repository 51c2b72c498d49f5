// One key of a store with get, put and append. A value matters only as far as some get returned it:
// a state is a beginning of one of those texts, or the one state "a text that begins none of them".
// So appending neither copies nor compares what is there already, and the orders in which appends
// could have happened unseen are one state, not thousands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/history.hpp"
#include "check/model.hpp"
#include "check/part.hpp"

namespace assay::check {

struct Parameters;

class KeyValue {
 public:
  // The texts at [first, last) of the sorted list begin with the value, which has this length.
  struct State {
    std::int32_t first = 0;
    std::int32_t last = 0;  // == first: begins none
    std::int64_t length = 0;
    bool operator==(const State&) const = default;
    friend std::uint64_t hash_of(const State& state) {
      return mix(static_cast<std::uint64_t>(state.length) << 24 ^
                 static_cast<std::uint64_t>(state.first));
    }
  };

  KeyValue(const History& history, std::span<const PartEvent> events, const Parameters&);

  State initial() const { return {0, static_cast<std::int32_t>(returned_.size()), 0}; }
  bool step(State& state, const Operation& op) const;
  Effect effect(const Operation& op) const;
  bool rules_out(const State& state, const Operation& later) const;
  std::string describe(const State& state) const;

 private:
  struct Rank {
    Value value;
    std::int32_t rank;
  };

  std::string_view text_of(Value value) const;
  std::int32_t rank_of(Value returned) const;
  State extended(State state, std::string_view by) const;

  const Values* values_;
  std::vector<std::string_view> returned_;  // by gets: sorted, distinct
  std::vector<Rank> ranks_;                 // of what gets returned, in returned_; by value
};

}  // namespace assay::check
