#include "check/search.hpp"

#include <algorithm>

#include "check/transitions.hpp"
#include "check/visited.hpp"
#include "check/window.hpp"

namespace assay::check {
namespace {

constexpr std::size_t expected_configurations = std::size_t{1} << 16;

template <int Words>
class MaskedSearch final : public Search {
 public:
  MaskedSearch(const Timeline& timeline, Model& model, std::vector<StateId> starts,
               Lookahead lookahead)
      : timeline_(timeline),
        model_(model),
        transitions_(timeline, model),
        window_(timeline),
        starts_(std::move(starts)),
        lookahead_(lookahead),
        visited_(std::min(timeline.returns.size(), expected_configurations)) {
    admit_calls_before(0);
  }

  Status advance(std::uint64_t steps) override {
    while (steps-- > 0) {
      if (arrived_) {
        arrived_ = false;
        if (!skip_used_returns()) return Status::found;
        furthest_ = std::max(furthest_, now_.at);
        if (!hopeless(now_) && visited_.add(now_)) stack_.push_back(choices_at(now_));
      } else if (!stack_.empty()) {
        if (choose(stack_.back())) {
          arrived_ = true;
        } else {
          stack_.pop_back();
        }
      } else if (next_start_ < starts_.size()) {
        begin(starts_[next_start_++]);
      } else {
        return Status::impossible;
      }
    }
    return Status::paused;
  }

  std::size_t bytes() const override {
    return visited_.bytes() + stack_.capacity() * sizeof(Choices) + transitions_.bytes() +
           model_.bytes();
  }
  std::size_t configurations() const override { return visited_.size(); }
  std::int32_t furthest() const override { return furthest_; }

  // An order that had no choice at a return was in the same state at its next choice, which comes
  // within as many returns as operations can be pending.
  std::vector<StateId> states_before(std::int32_t at) const override {
    std::vector<StateId> states;
    visited_.for_each([&](const Config& config) {
      const bool near = config.at >= at && config.at - at <= timeline_.slots;
      if (near) states.push_back(config.state);
    });
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
  }

 private:
  using Bits = Mask<Words>;
  using Config = Configuration<Words>;

  enum class Next : std::uint8_t { skip, use, use_then_skip, skip_then_use, others };

  // What is left to try from a configuration.
  struct Choices {
    Config config;
    Bits others;  // operations that could take effect before the returning one
    Next next;
  };

  const Timeline::Item& item_in(std::int32_t slot) const {
    return timeline_.items[static_cast<std::size_t>(window_.item_in(slot))];
  }
  const Effect& effect_of(const Timeline::Item& item) const {
    return timeline_.effects[static_cast<std::size_t>(item.kind)];
  }
  StateId step(StateId state, std::int32_t slot) {
    return transitions_.step(state, item_in(slot).kind);
  }

  void begin(StateId state);
  void admit_calls_before(std::int32_t at);
  void rewind(std::int32_t at);
  void pass_return(Config& config);
  bool skip_used_returns();

  Choices choices_at(const Config& config);
  bool choose(Choices& choices);
  bool skip(const Config& config);
  bool use(const Config& config, std::int32_t slot);
  bool use_another(Choices& choices);

  Config after(const Config& config, std::int32_t slot, StateId next);
  void settle_what_changes_nothing(Config& config, Bits among);
  bool has_earlier_twin(const Config& config, std::int32_t slot);
  bool can_wait(const Config& config, std::int32_t slot, const Config& used);
  bool settles_others(const Config& config, std::int32_t slot, const Config& used) const;

  const Timeline::Item* next_picky(const Config& config, std::int32_t at) const;
  bool hopeless(const Config& config);

  const Timeline& timeline_;
  Model& model_;
  Transitions transitions_;
  Window<Words> window_;
  std::vector<StateId> starts_;
  std::size_t next_start_ = 0;
  Lookahead lookahead_;
  Visited<Words> visited_;
  std::vector<Choices> stack_;
  Config now_;            // where the search is; window_ stands at the same return
  bool arrived_ = false;  // at now_, and hasn't looked at it yet
  std::int32_t at_ = 0;   // the return before which window_ stands
  std::int32_t furthest_ = 0;
};

template <int Words>
void MaskedSearch<Words>::begin(StateId state) {
  rewind(0);
  now_ = {};
  now_.state = state;
  window_.pending().for_each([&](std::int32_t slot) {
    if (item_in(slot).returns == Timeline::never_returns) now_.settled.set(slot);
  });
  settle_what_changes_nothing(now_, window_.pending());
  arrived_ = true;
}

template <int Words>
void MaskedSearch<Words>::admit_calls_before(std::int32_t at) {
  for (std::int32_t index = timeline_.calls_begin(at); index < timeline_.calls_end(at); ++index) {
    window_.admit(index);
  }
}

template <int Words>
void MaskedSearch<Words>::rewind(std::int32_t at) {
  while (at_ > at) {
    for (std::int32_t i = timeline_.calls_end(at_); i-- > timeline_.calls_begin(at_);) {
      window_.withdraw(i);
    }
    --at_;
    const std::int32_t index = timeline_.returning_index(at_);
    window_.admit(index);
  }
}

// The returning operation is over, and the calls up to the next return have come.
template <int Words>
void MaskedSearch<Words>::pass_return(Config& config) {
  const std::int32_t slot = timeline_.returning(at_).slot;
  config.used.clear(slot);
  config.settled.clear(slot);
  window_.release(slot);
  config.at = ++at_;
  Bits arrived;
  for (std::int32_t i = timeline_.calls_begin(at_); i < timeline_.calls_end(at_); ++i) {
    const Timeline::Item& item = timeline_.items[static_cast<std::size_t>(i)];
    window_.admit(i);
    if (item.returns == Timeline::never_returns) {
      config.settled.set(item.slot);
    } else {
      arrived.set(item.slot);
    }
  }
  settle_what_changes_nothing(config, arrived);
}

// False at the end of the history.
template <int Words>
bool MaskedSearch<Words>::skip_used_returns() {
  const auto end = static_cast<std::int32_t>(timeline_.returns.size());
  while (now_.at < end && now_.used.has(timeline_.returning(now_.at).slot)) pass_return(now_);
  return now_.at < end;
}

template <int Words>
typename MaskedSearch<Words>::Choices MaskedSearch<Words>::choices_at(const Config& config) {
  const Timeline::Item& returning = timeline_.returning(config.at);
  Choices choices{config, window_.pending().without(config.used), Next::use};
  choices.others.clear(returning.slot);
  if (!config.settled.has(returning.slot)) return choices;
  // It need not take effect, but this is its last chance. The next return that can't happen in
  // every state shows which is likelier to be right.
  choices.next = Next::skip_then_use;
  const Timeline::Item* picky = next_picky(config, config.at + 1);
  if (picky == nullptr || transitions_.step(config.state, picky->kind) != illegal) return choices;
  const StateId next = transitions_.step(config.state, returning.kind);
  if (next != illegal && transitions_.step(next, picky->kind) != illegal) {
    choices.next = Next::use_then_skip;
  }
  return choices;
}

// Takes the next choice that is worth it into now_; false when none is left.
template <int Words>
bool MaskedSearch<Words>::choose(Choices& choices) {
  rewind(choices.config.at);
  const std::int32_t slot = timeline_.returning(choices.config.at).slot;
  while (choices.next != Next::others) {
    switch (choices.next) {
      case Next::skip_then_use:
        choices.next = Next::use;
        return skip(choices.config);
      case Next::skip:
        choices.next = Next::others;
        return skip(choices.config);
      case Next::use_then_skip:
        choices.next = Next::skip;
        if (use(choices.config, slot)) return true;
        break;
      case Next::use:
        choices.next = Next::others;
        if (use(choices.config, slot)) return true;
        break;
      case Next::others:
        break;
    }
  }
  return use_another(choices);
}

template <int Words>
bool MaskedSearch<Words>::skip(const Config& config) {
  now_ = config;
  pass_return(now_);
  return true;
}

// The returning operation takes effect. Where it is settled and changes nothing, there is a point
// in that only if it hides others, which then took effect just before it.
template <int Words>
bool MaskedSearch<Words>::use(const Config& config, std::int32_t slot) {
  const StateId next = step(config.state, slot);
  if (next == illegal) return false;
  now_ = after(config, slot, next);
  if (next == config.state && config.settled.has(slot) &&
      now_.settled.without(config.settled).empty()) {
    return false;
  }
  pass_return(now_);
  return true;
}

// Another pending operation takes effect first.
template <int Words>
bool MaskedSearch<Words>::use_another(Choices& choices) {
  const Config& config = choices.config;
  while (!choices.others.empty()) {
    const std::int32_t slot = choices.others.lowest();
    choices.others.clear(slot);
    const StateId next = step(config.state, slot);
    if (next == illegal || next == config.state) continue;
    if (has_earlier_twin(config, slot)) continue;
    now_ = after(config, slot, next);
    if (!can_wait(config, slot, now_)) return true;
  }
  return false;
}

template <int Words>
typename MaskedSearch<Words>::Config MaskedSearch<Words>::after(const Config& config,
                                                                std::int32_t slot, StateId next) {
  Config result = config;
  result.used.set(slot);
  result.settled.clear(slot);
  result.state = next;
  if (effect_of(item_in(slot)).overwrites) {
    result.settled = result.settled | window_.total().without(result.used);
  }
  if (next != config.state) settle_what_changes_nothing(result, window_.pending());
  return result;
}

// What could take effect right here without changing anything need not take effect later.
template <int Words>
void MaskedSearch<Words>::settle_what_changes_nothing(Config& config, Bits among) {
  among.without(config.used).without(config.settled).for_each([&](std::int32_t slot) {
    if (step(config.state, slot) == config.state) config.settled.set(slot);
  });
}

// Of two operations that are the same in all but time, the one that must return first goes first,
// unless it is settled and the other isn't.
template <int Words>
bool MaskedSearch<Words>::has_earlier_twin(const Config& config, std::int32_t slot) {
  const Timeline::Item& item = item_in(slot);
  if (!timeline_.is_common[static_cast<std::size_t>(item.kind)]) return false;
  return window_.pending().without(config.used).any_of([&](std::int32_t other) {
    const Timeline::Item& twin = item_in(other);
    if (other == slot || twin.kind != item.kind) return false;
    if (config.settled.has(other) && !config.settled.has(slot)) return false;
    return twin.returns != item.returns ? twin.returns < item.returns
                                        : twin.operation < item.operation;
  });
}

// Whether taking effect later is as good: it settles nothing now, and whatever could come next
// either hides it, or gives the same in the other order and that order is looked at anyway.
template <int Words>
bool MaskedSearch<Words>::can_wait(const Config& config, std::int32_t slot, const Config& used) {
  if (settles_others(config, slot, used)) return false;
  const bool total = effect_of(item_in(slot)).total;
  const std::int32_t returning = timeline_.returning(config.at).slot;
  const Bits candidates = window_.pending().without(used.used);
  return !candidates.any_of([&](std::int32_t other) {
    const StateId both = step(used.state, other);
    if (both == illegal || both == used.state) return false;
    const StateId alone = step(config.state, other);
    if (alone == illegal) return true;
    if (total && effect_of(item_in(other)).overwrites) return false;
    const bool looked_at = other == returning || item_in(other).kind < item_in(slot).kind;
    return !looked_at || step(alone, slot) != both;
  });
}

// Whether taking effect has settled what a later overwriting operation would not settle as well.
template <int Words>
bool MaskedSearch<Words>::settles_others(const Config& config, std::int32_t slot,
                                         const Config& used) const {
  const Bits settled = used.settled.without(config.settled);
  if (!effect_of(item_in(slot)).overwrites) return !settled.empty();
  return !settled.without(window_.total()).empty();
}

// The first return from `at` on whose operation is neither used nor settled and can't happen in
// every state.
template <int Words>
const Timeline::Item* MaskedSearch<Words>::next_picky(const Config& config, std::int32_t at) const {
  constexpr int max_looked = 4;
  const auto end = static_cast<std::int32_t>(timeline_.returns.size());
  for (int looked = 0; looked < max_looked && at < end; ++looked) {
    at = timeline_.next_picky[static_cast<std::size_t>(at)];
    if (at == end) break;
    const Timeline::Item& item = timeline_.returning(at);
    const bool called = timeline_.returning_index(at) < timeline_.calls_end(config.at);
    if (!called || !(config.used.has(item.slot) || config.settled.has(item.slot))) return &item;
    ++at;
  }
  return nullptr;
}

// Whether the next operation that is picky about states can't happen any more, whatever comes
// before it.
template <int Words>
bool MaskedSearch<Words>::hopeless(const Config& config) {
  if (lookahead_ == Lookahead::off) return false;
  if (!window_.overwriting().without(config.used).empty()) return false;
  const Timeline::Item* picky = next_picky(config, config.at);
  if (picky == nullptr) return false;
  if (timeline_.next_overwrite[static_cast<std::size_t>(config.at)] <= picky->returns) return false;
  const Operation& later = timeline_.kinds[static_cast<std::size_t>(picky->kind)];
  if (!model_.rules_out(config.state, later)) return false;
  furthest_ = std::max(furthest_, picky->returns);
  return true;
}

}  // namespace

std::unique_ptr<Search> make_search(const Timeline& timeline, Model& model,
                                    std::vector<StateId> starts, Lookahead lookahead) {
  const auto make = [&]<int Words>() -> std::unique_ptr<Search> {
    return std::make_unique<MaskedSearch<Words>>(timeline, model, std::move(starts), lookahead);
  };
  if (timeline.slots <= 64) return make.template operator()<1>();
  if (timeline.slots <= 128) return make.template operator()<2>();
  if (timeline.slots <= 256) return make.template operator()<4>();
  if (timeline.slots <= max_pending) return make.template operator()<16>();
  return nullptr;
}

}  // namespace assay::check
