// What one line of a history says, whatever its format, and the recorder that makes a history of
// such lines: either of events (a call, then how it ended) or of whole operations with their times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history.hpp"

namespace assay::check {

enum class Event : std::uint8_t {
  call,
  ok,      // it ended, with a result
  failed,  // it certainly did not happen
  lost,    // nobody knows
};

std::optional<Event> event_named(std::string_view name);  // invoke, ok, fail, info

struct Record {
  std::int32_t line = 0;
  std::optional<Value> process;
  std::optional<Event> event;
  std::optional<Function> function;
  Value key = Value::nil;
  std::optional<Value> value;  // the arguments; or the result, of what takes no argument
  std::optional<Value> result;
  std::optional<std::int64_t> time_ns;
  std::optional<std::int64_t> called_ns;    // of a whole operation
  std::optional<std::int64_t> returned_ns;  // of a whole operation; none: unknown outcome
};

class Recorder {
 public:
  Values& values() { return builder_.values(); }
  void add(const Record& record);  // throws HistoryError
  History build(std::string format, std::string model);

 private:
  struct Whole {
    Operation operation;
    std::int64_t called_ns;
    std::optional<std::int64_t> returned_ns;
    std::int32_t line;
  };

  Operation operation_of(const Record& record);
  Value result_of(const Record& record);
  void add_event(const Record& record);
  void add_whole(const Record& record);
  void refuse_overlaps() const;
  void replay_whole();

  HistoryBuilder builder_;
  std::vector<Whole> whole_;
  bool any_event_ = false;
};

}  // namespace assay::check
