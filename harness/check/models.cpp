#include "check/models.hpp"

#include <algorithm>
#include <array>

#include "check/key_value.hpp"
#include "check/queue_order.hpp"
#include "check/zones.hpp"

namespace assay::check {
namespace {

std::string listed(const Values& values, std::span<const Value> items, std::string_view begin,
                   std::string_view end) {
  constexpr std::size_t shown = 12;
  std::string line(begin);
  for (std::size_t index = 0; index < std::min(items.size(), shown); ++index) {
    if (index > 0) line += ", ";
    line += values.describe(items[index]);
  }
  if (items.size() > shown) line += ", ... " + std::to_string(items.size()) + " in all";
  return line.append(end);
}

struct Register {
  using State = Value;

  Register(const History& history, std::span<const PartEvent>, const Parameters&)
      : values(&history.values) {}

  State initial() const { return Value::nil; }

  bool step(State& state, const Operation& op) const {
    if (op.function == Function::read) return state == op.result;
    if (op.function == Function::cas) {
      const bool equal = state == op.argument;
      if (op.result == Value::no) return !equal;
      if (equal) state = op.second;
      return equal;
    }
    state = op.argument;
    return true;
  }

  Effect effect(const Operation& op) const {
    if (op.function == Function::write) return {.total = true, .overwrites = true};
    return {.observes = op.function == Function::read || op.result == Value::no};
  }

  std::string describe(State state) const { return values->describe(state); }

  const Values* values;
};

struct Counter {
  using State = std::int64_t;

  Counter(const History& history, std::span<const PartEvent>, const Parameters&)
      : values(&history.values) {}

  State initial() const { return 0; }

  bool step(State& state, const Operation& op) const {
    if (op.function == Function::read) return state == values->integer_of(op.result);
    if (__builtin_add_overflow(state, values->integer_of(op.argument), &state)) return false;
    return silent(op) || state == values->integer_of(op.result);
  }

  Effect effect(const Operation& op) const { return {.observes = op.function == Function::read}; }
  std::string describe(State state) const { return std::to_string(state); }
  static bool silent(const Operation& op) {
    return op.result == Value::nil || op.result == Value::unseen;
  }

  const Values* values;
};

// Of one element, or of all: then a state is their sorted list.
struct Set {
  using State = std::vector<Value>;

  Set(const History& history, std::span<const PartEvent> events, const Parameters&)
      : values(&history.values) {
    for (PartEvent event : events) {
      const Operation& op = history.operations[event.operation()];
      if (!alone.empty() && alone[0] != op.argument) whole = true;
      if (op.function == Function::read) whole = true;
      if (alone.empty()) alone.push_back(op.argument);
    }
  }

  State initial() const { return {}; }

  bool step(State& state, const Operation& op) const {
    if (op.function == Function::read) return state == sorted(values->list_of(op.result));
    const auto place = std::lower_bound(state.begin(), state.end(), op.argument);
    const bool there = place != state.end() && *place == op.argument;
    if (op.function == Function::contains) return there == (op.result == Value::yes);
    const bool adds = op.function == Function::add;
    if (adds && !there) state.insert(place, op.argument);
    if (!adds && there) state.erase(place);
    return Counter::silent(op) || (adds != there) == (op.result == Value::yes);
  }

  Effect effect(const Operation& op) const {
    const bool observes = op.function == Function::read || op.function == Function::contains ||
                          op.result == Value::no;
    const bool total = !observes && Counter::silent(op);
    return {.observes = observes, .total = total, .overwrites = total && !whole};
  }

  std::string describe(const State& state) const { return listed(*values, state, "{", "}"); }

  static State sorted(std::span<const Value> elements) {
    State list(elements.begin(), elements.end());
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }

  const Values* values;
  State alone;  // the element, when there is one only
  bool whole = false;
};

// The next to come out is first; nil comes out of an empty one.
struct Queue {
  using State = std::vector<Value>;

  Queue(const History& history, std::span<const PartEvent>, const Parameters&)
      : values(&history.values) {}

  State initial() const { return {}; }

  bool step(State& state, const Operation& op) const {
    if (op.function == Function::enqueue) {
      state.push_back(op.argument);
      return true;
    }
    if (state.empty()) return op.result == Value::nil;
    if (op.result != Value::unseen && op.result != state.front()) return false;
    state.erase(state.begin());
    return true;
  }

  Effect effect(const Operation& op) const {
    if (op.function == Function::enqueue) return {.total = true};
    return {.observes = op.result == Value::nil};
  }

  std::string describe(const State& state) const { return listed(*values, state, "[", "]"); }

  const Values* values;
};

// Holds up to `capacity` tokens, is full at first, and gains one every `interval_ns`. Kept as the
// instant at which it will be full again. Time never runs backwards: a call whose own time is
// earlier than the latest seen is judged at that.
struct TokenBucket {
  struct State {
    std::int64_t full_at_ns;
    std::int64_t latest_ns;
    bool operator==(const State&) const = default;
    friend std::uint64_t hash_of(const State& state) {
      return mix(check::hash_of(state.full_at_ns) ^ static_cast<std::uint64_t>(state.latest_ns));
    }
  };

  TokenBucket(const History& history, std::span<const PartEvent>, const Parameters& parameters)
      : values(&history.values), policy(parameters) {}

  State initial() const { return {earliest_ns, earliest_ns}; }

  bool step(State& state, const Operation& op) const {
    const std::int64_t cost = values->integer_of(op.argument);
    const std::int64_t now_ns = std::max(state.latest_ns, values->integer_of(op.second));
    state.latest_ns = now_ns;
    state.full_at_ns = std::max(state.full_at_ns, now_ns);
    const std::int64_t missing_ns = state.full_at_ns - now_ns;
    const bool admitted =
        cost <= policy.capacity && missing_ns <= (policy.capacity - cost) * policy.interval_ns;
    if (admitted) state.full_at_ns += cost * policy.interval_ns;
    return op.result == Value::unseen || admitted == (op.result == Value::yes);
  }

  Effect effect(const Operation&) const { return {}; }

  std::string describe(const State& state) const {
    const std::int64_t missing_ns = std::max<std::int64_t>(0, state.full_at_ns - state.latest_ns);
    const std::int64_t missing = (missing_ns + policy.interval_ns - 1) / policy.interval_ns;
    if (state.latest_ns == earliest_ns) return std::to_string(policy.capacity) + " tokens";
    return std::to_string(policy.capacity - missing) + " tokens at " +
           std::to_string(state.latest_ns) + " ns";
  }

  static constexpr std::int64_t earliest_ns = -(std::int64_t{1} << 61);
  const Values* values;
  Parameters policy;
};

template <typename Specification>
std::unique_ptr<Model> make(const History& history, std::span<const PartEvent> events,
                            const Parameters& parameters) {
  return std::make_unique<Interned<Specification>>(Specification(history, events, parameters));
}

template <typename Kind>
std::unique_ptr<Shortcut> shortcut(const History& history) {
  return std::make_unique<Kind>(history);
}

using enum Function;
constexpr Signature register_operations[] = {{read, Takes::nothing, Gives::anything},
                                             {write, Takes::anything, Gives::nothing},
                                             {cas, Takes::two, Gives::yes_or_no}};
constexpr Signature key_value_operations[] = {{get, Takes::nothing, Gives::a_text},
                                              {put, Takes::a_text, Gives::nothing},
                                              {append, Takes::a_text, Gives::nothing}};
constexpr Signature counter_operations[] = {{read, Takes::nothing, Gives::an_integer},
                                            {add, Takes::an_integer, Gives::an_integer_or_nothing}};
constexpr Signature set_operations[] = {{add, Takes::anything, Gives::yes_or_no_or_nothing},
                                        {remove, Takes::anything, Gives::yes_or_no_or_nothing},
                                        {contains, Takes::anything, Gives::yes_or_no},
                                        {read, Takes::nothing, Gives::a_list}};
constexpr Signature queue_operations[] = {{enqueue, Takes::anything, Gives::nothing},
                                          {dequeue, Takes::nothing, Gives::anything}};
constexpr Signature bucket_operations[] = {{take, Takes::cost_and_time, Gives::yes_or_no}};

constexpr std::array<ModelKind, 6> kinds = {{
    {"register", "read, write, compare-and-set", register_operations, make<Register>,
     shortcut<Zones>},
    {"kv", "get, put, append of texts", key_value_operations, make<KeyValue>, shortcut<Zones>},
    {"counter", "read, add", counter_operations, make<Counter>},
    {"set", "add, remove, contains, read", set_operations, make<Set>},
    {"queue", "enqueue, dequeue: first in, first out", queue_operations, make<Queue>,
     shortcut<QueueOrder>},
    {"token-bucket", "take [cost, time]", bucket_operations, make<TokenBucket>},
}};

}  // namespace

std::span<const ModelKind> model_kinds() { return kinds; }

const ModelKind* model_named(std::string_view name) {
  for (const ModelKind& kind : kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

bool is_write(Function function) { return function == write || function == put; }
bool is_read(Function function) { return function == read || function == get; }

bool splits_by_element(const ModelKind& kind, const History& history) {
  if (kind.name != "set") return false;
  return std::none_of(history.operations.begin(), history.operations.end(),
                      [](const Operation& op) { return op.function == read; });
}

}  // namespace assay::check
