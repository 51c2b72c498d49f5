// Jepsen's console log of an etcd register:
//   INFO  jepsen.util - <process> :invoke|:ok|:fail|:info :read|:write|:cas <value>
// with tabs or spaces between. A compare-and-set that fails has compared; one that timed out is
// lost.
#include <algorithm>

#include "check/cursor.hpp"
#include "check/readers.hpp"

namespace assay::check {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view level = "INFO";
constexpr std::string_view origin = "jepsen.util";

bool take_prefix(Cursor& cursor) {
  if (!cursor.take(level)) return false;
  cursor.skip(blanks);
  if (!cursor.take(origin)) return false;
  cursor.skip(blanks);
  if (!cursor.take('-')) return false;
  cursor.skip(blanks);
  return cursor.peek() >= '0' && cursor.peek() <= '9';
}

std::string_view keyword(Cursor& cursor, std::string_view what) {
  cursor.skip(blanks);
  if (!cursor.take(':')) cursor.fail("expected " + std::string(what));
  return cursor.word(blanks);
}

Value number_or_nil(Cursor& cursor, Values& values) {
  return cursor.take("nil") ? Value::nil : values.integer(cursor.integer());
}

Value pair(Cursor& cursor, Values& values) {
  cursor.expect('[', "to begin a pair");
  const Value from = values.integer(cursor.integer());
  cursor.skip(blanks);
  const Value to = values.integer(cursor.integer());
  cursor.expect(']', "to end a pair");
  const Value both[] = {from, to};
  return values.list(both);
}

// A failed read has seen nothing; a compare-and-set that failed has seen another value.
void interpret_failure(Record& record, bool timed_out) {
  if (*record.function == Function::read) return;
  if (timed_out) {
    record.event = Event::lost;
  } else if (*record.function == Function::cas) {
    record.event = Event::ok;
    record.result = Value::no;
  }
}

}  // namespace

bool looks_like_etcd_log(std::string_view text) {
  Cursor cursor(text, 0);
  return take_prefix(cursor);
}

std::optional<Record> read_etcd_line(std::string_view text, std::int32_t line, Recorder& recorder) {
  Cursor cursor(text, line);
  if (!take_prefix(cursor)) return std::nullopt;
  Values& values = recorder.values();
  Record record;
  record.line = line;
  record.process = values.integer(cursor.integer());
  record.event = event_named(keyword(cursor, "what happened, such as :invoke"));
  if (!record.event) cursor.fail("not an event: expected :invoke, :ok, :fail or :info");
  const std::string_view function = keyword(cursor, "what was done, such as :read");
  record.function = function_named(function);
  if (!record.function || *record.function > Function::cas) {
    cursor.fail("expected :read, :write or :cas");
  }
  cursor.skip(blanks);
  bool timed_out = false;
  if (cursor.take(':')) {
    timed_out = true;  // :timed-out, or another reason for not knowing
    cursor.word(blanks);
    if (*record.event == Event::call || *record.event == Event::ok) cursor.fail("expected a value");
  } else {
    const bool is_pair = *record.function == Function::cas;
    record.value = is_pair ? pair(cursor, values) : number_or_nil(cursor, values);
  }
  cursor.skip(blanks);
  if (!cursor.at_end()) cursor.fail("expected the end of the line");
  if (*record.event == Event::failed) interpret_failure(record, timed_out);
  return record;
}

}  // namespace assay::check
