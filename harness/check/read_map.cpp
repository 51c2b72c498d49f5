// Histories as maps, one a line: {:process 9, :type :invoke, :f :get, :key "0", :value nil}.
#include "check/cursor.hpp"
#include "check/readers.hpp"

namespace assay::check {
namespace {

constexpr std::string_view map_blanks = " \t,";
constexpr std::string_view stops = " \t,:[]{}\"";
constexpr int max_depth = 4;

Value value(Cursor& cursor, Values& values, int depth = 0) {
  if (cursor.peek() == '"') return values.text(cursor.quoted());
  if (cursor.take("nil")) return Value::nil;
  if (cursor.take("true")) return Value::yes;
  if (cursor.take("false")) return Value::no;
  if (cursor.take(':')) return values.text(cursor.word(stops));
  if (!cursor.take('[')) return values.integer(cursor.integer());
  if (depth == max_depth) cursor.fail("lists within lists, too deep");
  std::vector<Value> items;
  for (cursor.skip(map_blanks); !cursor.take(']'); cursor.skip(map_blanks)) {
    if (cursor.at_end()) cursor.fail("the line ends within a list");
    items.push_back(value(cursor, values, depth + 1));
  }
  return values.list(items);
}

void field(Cursor& cursor, Record& record, Values& values) {
  cursor.expect(':', "to begin a name");
  const std::string_view name = cursor.word(stops);
  cursor.skip(map_blanks);
  if (name == "type" || name == "f") {
    cursor.expect(':', "to begin a keyword");
    const std::string_view word = cursor.word(stops);
    if (name == "type") {
      record.event = event_named(word);
      if (!record.event) cursor.fail("expected :invoke, :ok, :fail or :info");
    } else {
      record.function = function_named(word);
      if (!record.function) cursor.fail("no operation is called :" + std::string(word));
    }
  } else if (name == "process") {
    record.process = value(cursor, values);
  } else if (name == "key") {
    record.key = value(cursor, values);
  } else if (name == "value") {
    record.value = value(cursor, values);
  } else if (name == "result") {
    record.result = value(cursor, values);
  } else if (name == "time") {
    record.time_ns = cursor.integer();
  } else {
    value(cursor, values);  // :index and the like
  }
}

}  // namespace

Record read_map_line(std::string_view text, std::int32_t line, Values& values) {
  Cursor cursor(text, line);
  Record record;
  record.line = line;
  cursor.skip(map_blanks);
  cursor.expect('{', "to begin a map");
  for (cursor.skip(map_blanks); !cursor.take('}'); cursor.skip(map_blanks)) {
    if (cursor.at_end()) cursor.fail("the line ends within a map");
    field(cursor, record, values);
  }
  cursor.skip(map_blanks);
  if (!cursor.at_end()) cursor.fail("expected the end of the line");
  return record;
}

}  // namespace assay::check
