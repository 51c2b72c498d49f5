// A model says what a service would do if it served one call at a time. A specification is a small
// class (see models.cpp for six):
//
//   struct Register {
//     using State = Value;
//     State initial() const;                                  // before the first operation
//     bool step(State& state, const Operation& op) const;     // false: it can't happen here
//     Effect effect(const Operation& op) const;               // a promise that makes it fast
//     std::string describe(const State& state) const;
//   };
//
// and Interned<Register> makes a Model of it: states become small numbers, which is all that a
// search compares, hashes and stores. A model belongs to one search; it isn't thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "check/hash.hpp"
#include "check/history.hpp"

namespace assay::check {

using StateId = std::int32_t;
inline constexpr StateId illegal = -1;

// Promises about an operation, given its arguments and its result. None is needed for a right
// answer; a promise that doesn't hold gives a wrong one.
struct Effect {
  bool observes = false;    // changes no state in which it can happen
  bool total = false;       // can happen in every state
  bool overwrites = false;  // the state after it doesn't depend on the one before
};

class Model {
 public:
  virtual ~Model() = default;
  virtual StateId initial() = 0;
  virtual StateId step(StateId state, const Operation& operation) = 0;
  virtual Effect effect(const Operation& operation) const = 0;

  // Whether `later` can't happen any more once this state is reached, as long as nothing overwrites
  // it. May always say no.
  virtual bool rules_out(StateId state, const Operation& later) const = 0;

  virtual std::string describe(StateId state) const = 0;
  virtual std::size_t states() const = 0;  // seen so far; they are numbered from 0
  virtual std::size_t bytes() const = 0;
};

inline std::uint64_t hash_of(Value value) {
  return mix(static_cast<std::uint64_t>(index_of(value)));
}
inline std::uint64_t hash_of(std::int64_t number) {
  return mix(static_cast<std::uint64_t>(number));
}
inline std::uint64_t hash_of(const std::vector<Value>& values) {
  std::uint64_t hash = values.size();
  for (Value value : values) hash = mix(hash ^ hash_of(value));
  return hash;
}
inline std::size_t bytes_beyond(const std::vector<Value>& values) {
  return values.capacity() * sizeof(Value);
}
template <typename State>
std::size_t bytes_beyond(const State&) {
  return 0;
}

template <typename Specification>
class Interned final : public Model {
 public:
  using State = typename Specification::State;

  explicit Interned(Specification specification)
      : specification_(std::move(specification)), table_(64, illegal) {}

  StateId initial() override { return intern(specification_.initial()); }

  StateId step(StateId state, const Operation& operation) override {
    State next = states_[static_cast<std::size_t>(state)];
    return specification_.step(next, operation) ? intern(std::move(next)) : illegal;
  }

  Effect effect(const Operation& operation) const override {
    return specification_.effect(operation);
  }

  bool rules_out(StateId state, const Operation& later) const override {
    if constexpr (requires(const State& from) { specification_.rules_out(from, later); }) {
      return specification_.rules_out(states_[static_cast<std::size_t>(state)], later);
    } else {
      return false;
    }
  }

  std::string describe(StateId state) const override {
    return specification_.describe(states_[static_cast<std::size_t>(state)]);
  }

  std::size_t states() const override { return states_.size(); }

  std::size_t bytes() const override {
    return states_.capacity() * sizeof(State) + table_.capacity() * sizeof(StateId) + beyond_;
  }

 private:
  StateId intern(State&& state) {
    const std::uint64_t mask = table_.size() - 1;
    std::uint64_t slot = hash_of(state) & mask;
    for (; table_[slot] != illegal; slot = (slot + 1) & mask) {
      if (states_[static_cast<std::size_t>(table_[slot])] == state) return table_[slot];
    }
    const auto id = static_cast<StateId>(states_.size());
    beyond_ += bytes_beyond(state);
    states_.push_back(std::move(state));
    table_[slot] = id;
    if (states_.size() * 2 > table_.size()) grow();
    return id;
  }

  void grow() {
    table_.assign(table_.size() * 2, illegal);
    const std::uint64_t mask = table_.size() - 1;
    for (std::size_t id = 0; id < states_.size(); ++id) {
      std::uint64_t slot = hash_of(states_[id]) & mask;
      while (table_[slot] != illegal) slot = (slot + 1) & mask;
      table_[slot] = static_cast<StateId>(id);
    }
  }

  Specification specification_;
  std::vector<State> states_;
  std::vector<StateId> table_;
  std::size_t beyond_ = 0;
};

}  // namespace assay::check
