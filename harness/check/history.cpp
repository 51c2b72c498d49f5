#include "check/history.hpp"

#include <array>

namespace assay::check {
namespace {

struct Shape {
  std::string_view name;
  int arguments;
};

constexpr std::array<Shape, 12> shapes = {{{"read", 0},
                                           {"write", 1},
                                           {"cas", 2},
                                           {"get", 0},
                                           {"put", 1},
                                           {"append", 1},
                                           {"add", 1},
                                           {"remove", 1},
                                           {"contains", 1},
                                           {"enqueue", 1},
                                           {"dequeue", 0},
                                           {"take", 2}}};

const Shape& shape_of(Function function) { return shapes[static_cast<std::size_t>(function)]; }

}  // namespace

std::string_view name_of(Function function) { return shape_of(function).name; }

int arguments_of(Function function) { return shape_of(function).arguments; }

std::optional<Function> function_named(std::string_view name) {
  for (std::size_t index = 0; index < shapes.size(); ++index) {
    if (shapes[index].name == name) return static_cast<Function>(index);
  }
  return std::nullopt;
}

std::string History::describe(std::size_t operation) const {
  const Operation& op = operations[operation];
  const int arguments = arguments_of(op.function);
  std::string line(name_of(op.function));
  std::string inside;
  if (op.key != Value::nil) inside = values.describe(op.key);
  for (int index = 0; index < arguments; ++index) {
    if (!inside.empty()) inside += ", ";
    inside += values.describe(index == 0 ? op.argument : op.second);
  }
  line += "(" + inside + ")";
  const bool said_nothing = op.result == Value::nil && arguments > 0;
  if (op.result == Value::unseen) {
    line += " -> ?";
  } else if (!said_nothing) {
    line += " -> " + values.describe(op.result);
  }
  return line + " by " + values.describe(op.process);
}

std::string History::where(std::size_t operation) const {
  const Source& source = sources[operation];
  const std::string first = std::to_string(source.call_line);
  if (operations[operation].unknown()) return "line " + first + ", outcome unknown";
  if (source.return_line == source.call_line) return "line " + first;
  return "lines " + first + " to " + std::to_string(source.return_line);
}

std::int32_t& HistoryBuilder::open(Value process) {
  const auto index = static_cast<std::size_t>(index_of(process));
  if (index >= open_.size()) open_.resize(index + 1 + index / 2, none);
  return open_[index];
}

const Operation* HistoryBuilder::open_call(Value process) const {
  const auto index = static_cast<std::size_t>(index_of(process));
  if (index >= open_.size() || open_[index] == none) return nullptr;
  return &history_.operations[static_cast<std::size_t>(open_[index])];
}

std::int64_t HistoryBuilder::advance(At at) {
  if (history_.end >= never - 1) throw HistoryError(at.line, "too many events");
  ++history_.end;
  if (!at.time_ns) {
    all_timed_ = false;
    return 0;
  }
  if (*at.time_ns < latest_ns_) {
    throw HistoryError(at.line, "contradiction: time runs backwards, from " +
                                    std::to_string(latest_ns_) + " to " +
                                    std::to_string(*at.time_ns));
  }
  return latest_ns_ = *at.time_ns;
}

std::size_t HistoryBuilder::begin(const Operation& operation, At at) {
  const std::size_t ticket = history_.operations.size();
  if (ticket >= max_operations) {
    throw HistoryError(at.line, "more than " + std::to_string(max_operations) + " operations");
  }
  history_.operations.push_back(operation);
  history_.operations.back().called = history_.end;
  history_.operations.back().returned = never;
  history_.operations.back().result = Value::unseen;
  const std::int64_t time_ns = advance(at);
  history_.sources.push_back({at.line, 0, time_ns, std::numeric_limits<std::int64_t>::max()});
  return ticket;
}

void HistoryBuilder::end(std::size_t ticket, Value result, At at) {
  history_.operations[ticket].result = result;
  history_.operations[ticket].returned = history_.end;
  history_.sources[ticket].return_line = at.line;
  history_.sources[ticket].returned_ns = advance(at);
}

void HistoryBuilder::call(const Operation& operation, At at) {
  std::int32_t& current = open(operation.process);
  if (current != none) {
    const auto first = static_cast<std::size_t>(current);
    throw HistoryError(
        at.line, "contradiction: process " + values().describe(operation.process) + " calls " +
                     std::string(name_of(operation.function)) + " while its " +
                     std::string(name_of(history_.operations[first].function)) + " of line " +
                     std::to_string(history_.sources[first].call_line) + " is still open");
  }
  current = static_cast<std::int32_t>(begin(operation, at));
}

std::size_t HistoryBuilder::close(Value process, Function function, At at) {
  std::int32_t& current = open(process);
  if (current == none) {
    throw HistoryError(at.line, "contradiction: process " + values().describe(process) +
                                    " returns from " + std::string(name_of(function)) +
                                    " without having called it");
  }
  const auto index = static_cast<std::size_t>(current);
  const Function called = history_.operations[index].function;
  if (called != function) {
    throw HistoryError(at.line, "contradiction: process " + values().describe(process) +
                                    " returns from " + std::string(name_of(function)) +
                                    ", but its call of line " +
                                    std::to_string(history_.sources[index].call_line) + " was " +
                                    std::string(name_of(called)));
  }
  current = none;
  return index;
}

void HistoryBuilder::finish(Value process, Function function, Value result, At at) {
  end(close(process, function, at), result, at);
}

void HistoryBuilder::lose(Value process, Function function, At at) {
  close(process, function, at);
  advance(at);
}

void HistoryBuilder::drop(Value process, Function function, At at) {
  const std::size_t index = close(process, function, at);
  advance(at);
  dropped_.resize(history_.operations.size());
  dropped_[index] = true;
}

History HistoryBuilder::build(std::string format, std::string model) {
  dropped_.resize(history_.operations.size());
  std::size_t kept = 0;
  for (std::size_t index = 0; index < history_.operations.size(); ++index) {
    if (dropped_[index]) continue;
    history_.operations[kept] = history_.operations[index];
    history_.sources[kept++] = history_.sources[index];
  }
  history_.operations.resize(kept);
  history_.sources.resize(kept);
  history_.timed = all_timed_ && kept > 0;
  history_.format = std::move(format);
  history_.model = std::move(model);
  return std::move(history_);
}

}  // namespace assay::check
