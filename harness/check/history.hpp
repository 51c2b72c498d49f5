// A history: what every client called, when, and what came back. Operations stand in the order of
// their calls; `called` and `returned` are positions in one order of all events, so that "A was
// over before B began" is `A.returned < B.called`. An operation whose outcome nobody saw may take
// effect at any time after its call, or never. A finished History is constant and safe to share.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "check/value.hpp"

namespace assay::check {

enum class Function : std::uint8_t {
  read,
  write,
  cas,
  get,
  put,
  append,
  add,
  remove,
  contains,
  enqueue,
  dequeue,
  take,
};

std::string_view name_of(Function function);
int arguments_of(Function function);
std::optional<Function> function_named(std::string_view name);

using Position = std::int32_t;
inline constexpr Position never = std::numeric_limits<Position>::max();

struct Operation {
  Value process = Value::nil;
  Value key = Value::nil;
  Value argument = Value::nil;
  Value second = Value::nil;  // cas: the new value; take: the time
  Value result = Value::nil;
  Position called = 0;
  Position returned = never;
  Function function = Function::read;

  bool unknown() const { return returned == never; }
};

// Where an operation stands in its file, and its times where the file has any.
struct Source {
  std::int32_t call_line = 0;
  std::int32_t return_line = 0;  // 0: never returned
  std::int64_t called_ns = 0;
  std::int64_t returned_ns = 0;
};

struct History {
  std::string format;  // where it came from: "etcd log", "key-value file", "JSON lines"
  std::string model;   // that the file itself names, if it does
  bool timed = false;  // every event has a time
  Position end = 0;    // one past the last event
  Values values;
  std::vector<Operation> operations;
  std::vector<Source> sources;  // beside operations

  // "write(3) by 7", "cas(1, 2) -> false by 4", "get("x") -> nil by 0"
  std::string describe(std::size_t operation) const;

  // "line 7", "lines 7 to 9", "line 7, outcome unknown"
  std::string where(std::size_t operation) const;
};

// Thrown for a history that can't be: line is 1-based, or 0 where no line is to blame.
struct HistoryError : std::runtime_error {
  HistoryError(std::int32_t at_line, const std::string& why)
      : std::runtime_error(why), line(at_line) {}
  std::int32_t line;
};

inline constexpr std::size_t max_operations = 50'000'000;

// Collects events in the order in which they happened, and refuses contradictory ones: a return
// without a call, a second call of a process whose first is open, time that runs backwards.
class HistoryBuilder {
 public:
  struct At {
    std::int32_t line = 0;
    std::optional<std::int64_t> time_ns;
  };

  Values& values() { return history_.values; }
  const Operation* open_call(Value process) const;  // null when there is none

  // By ticket, for histories whose processes have been looked at already.
  std::size_t begin(const Operation& operation, At at);
  void end(std::size_t ticket, Value result, At at);

  // By process, which has at most one open call.
  void call(const Operation& operation, At at);
  void finish(Value process, Function function, Value result, At at);
  void lose(Value process, Function function, At at);  // may have happened, or may yet
  void drop(Value process, Function function, At at);  // certainly did not happen

  // What is open at the end is of unknown outcome.
  History build(std::string format, std::string model);

 private:
  static constexpr std::int32_t none = -1;

  std::int32_t& open(Value process);
  std::size_t close(Value process, Function function, At at);
  std::int64_t advance(At at);

  History history_;
  std::vector<std::int32_t> open_;  // by process
  std::vector<bool> dropped_;
  std::int64_t latest_ns_ = std::numeric_limits<std::int64_t>::min();
  bool all_timed_ = true;
};

}  // namespace assay::check
