#include "check/record.hpp"

#include <algorithm>

namespace assay::check {
namespace {

// Whether its result has to be said: an observation without one observes nothing.
bool observes(Function function) {
  switch (function) {
    case Function::read:
    case Function::get:
    case Function::dequeue:
    case Function::contains:
    case Function::take:
      return true;
    default:
      return false;
  }
}

[[noreturn]] void refuse(const Record& record, const std::string& why) {
  throw HistoryError(record.line, why);
}

}  // namespace

std::optional<Event> event_named(std::string_view name) {
  if (name == "invoke") return Event::call;
  if (name == "ok") return Event::ok;
  if (name == "fail") return Event::failed;
  if (name == "info") return Event::lost;
  return std::nullopt;
}

void Recorder::add(const Record& record) {
  if (!record.process) refuse(record, "no process: who did this?");
  if (!record.function) refuse(record, "no function: what was done?");
  const bool whole = record.called_ns.has_value();
  if (whole && record.event) refuse(record, "both an event and a whole operation");
  if (!whole && !record.event) refuse(record, "neither an event (type) nor a whole one (call)");
  if (whole ? any_event_ : !whole_.empty()) {
    refuse(record, "events and whole operations in one history");
  }
  whole ? add_whole(record) : add_event(record);
}

Operation Recorder::operation_of(const Record& record) {
  Operation operation;
  operation.process = *record.process;
  operation.function = *record.function;
  operation.key = record.key;
  const std::string name(name_of(operation.function));
  const int arguments = arguments_of(operation.function);
  if (arguments == 1) {
    if (!record.value) refuse(record, name + " without a value");
    operation.argument = *record.value;
  } else if (arguments == 2) {
    const auto pair = record.value ? values().list_of(*record.value) : std::span<const Value>();
    if (pair.size() != 2) refuse(record, name + " needs a value of two parts: [a, b]");
    operation.argument = pair[0];
    operation.second = pair[1];
  }
  return operation;
}

Value Recorder::result_of(const Record& record) {
  if (record.result) return *record.result;
  const bool value_is_result = arguments_of(*record.function) == 0;
  if (value_is_result && record.value) return *record.value;
  if (*record.function == Function::cas) return Value::yes;
  if (observes(*record.function)) {
    refuse(record, std::string(name_of(*record.function)) + " returned, but not what");
  }
  return Value::nil;
}

void Recorder::add_event(const Record& record) {
  any_event_ = true;
  const HistoryBuilder::At at{record.line, record.time_ns};
  switch (*record.event) {
    case Event::call:
      return builder_.call(operation_of(record), at);
    case Event::ok:
      return builder_.finish(*record.process, *record.function, result_of(record), at);
    case Event::failed:
      return builder_.drop(*record.process, *record.function, at);
    case Event::lost:
      return builder_.lose(*record.process, *record.function, at);
  }
}

void Recorder::add_whole(const Record& record) {
  if (record.returned_ns && *record.returned_ns < *record.called_ns) {
    refuse(record, "contradiction: returns before it is called");
  }
  if (whole_.size() >= max_operations) refuse(record, "too many operations");
  Whole whole{operation_of(record), *record.called_ns, record.returned_ns, record.line};
  if (record.returned_ns) whole.operation.result = result_of(record);
  whole_.push_back(whole);
}

void Recorder::refuse_overlaps() const {
  std::vector<const Whole*> order;
  order.reserve(whole_.size());
  for (const Whole& whole : whole_) order.push_back(&whole);
  std::stable_sort(order.begin(), order.end(), [](const Whole* left, const Whole* right) {
    if (left->operation.process != right->operation.process) {
      return left->operation.process < right->operation.process;
    }
    return left->called_ns < right->called_ns;
  });
  for (std::size_t index = 1; index < order.size(); ++index) {
    const Whole& before = *order[index - 1];
    const Whole& after = *order[index];
    if (before.operation.process != after.operation.process) continue;
    if (before.returned_ns && *before.returned_ns > after.called_ns) {
      throw HistoryError(after.line,
                         "contradiction: its process called it while the operation of "
                         "line " +
                             std::to_string(before.line) + " was open");
    }
  }
}

// Operations that touch at one instant count as concurrent: calls come before returns.
void Recorder::replay_whole() {
  struct Edge {
    std::int64_t time_ns;
    bool is_return;
    std::size_t index;
  };
  std::vector<Edge> edges;
  edges.reserve(whole_.size() * 2);
  for (std::size_t index = 0; index < whole_.size(); ++index) {
    edges.push_back({whole_[index].called_ns, false, index});
    if (whole_[index].returned_ns) edges.push_back({*whole_[index].returned_ns, true, index});
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& left, const Edge& right) {
    if (left.time_ns != right.time_ns) return left.time_ns < right.time_ns;
    return left.is_return < right.is_return;
  });
  std::vector<std::size_t> tickets(whole_.size());
  for (const Edge& edge : edges) {
    const Whole& whole = whole_[edge.index];
    const HistoryBuilder::At at{whole.line, edge.time_ns};
    if (edge.is_return) {
      builder_.end(tickets[edge.index], whole.operation.result, at);
    } else {
      tickets[edge.index] = builder_.begin(whole.operation, at);
    }
  }
}

History Recorder::build(std::string format, std::string model) {
  if (!whole_.empty()) {
    refuse_overlaps();
    replay_whole();
  }
  return builder_.build(std::move(format), std::move(model));
}

}  // namespace assay::check
