// Our own histories: an object a line, either an event or a whole operation; docs/histories.md.
// Written by hand because a history has millions of lines, each of a handful of fields.
#include "check/cursor.hpp"
#include "check/readers.hpp"

namespace assay::check {
namespace {

constexpr std::string_view json_blanks = " \t";
constexpr int max_depth = 16;

Value value(Cursor& cursor, Values& values, int depth = 0) {
  if (cursor.peek() == '"') return values.text(cursor.quoted());
  if (cursor.take("null")) return Value::nil;
  if (cursor.take("true")) return Value::yes;
  if (cursor.take("false")) return Value::no;
  if (!cursor.take('[')) return values.integer(cursor.integer());
  if (depth == max_depth) cursor.fail("lists within lists, too deep");
  std::vector<Value> items;
  cursor.skip(json_blanks);
  if (cursor.take(']')) return values.list(items);
  do {
    cursor.skip(json_blanks);
    items.push_back(value(cursor, values, depth + 1));
    cursor.skip(json_blanks);
  } while (cursor.take(','));
  cursor.expect(']', "to end a list");
  return values.list(items);
}

// A value of a field that isn't ours: anything goes, as long as it ends.
void ignore(Cursor& cursor, int depth = 0) {
  if (depth == max_depth) cursor.fail("values within values, too deep");
  const bool object = cursor.peek() == '{';
  if (object || cursor.peek() == '[') {
    cursor.take(cursor.peek());
    const char end = object ? '}' : ']';
    cursor.skip(json_blanks);
    if (cursor.take(end)) return;
    do {
      cursor.skip(json_blanks);
      if (object) {
        cursor.quoted();
        cursor.skip(json_blanks);
        cursor.expect(':', "after a name");
        cursor.skip(json_blanks);
      }
      ignore(cursor, depth + 1);
      cursor.skip(json_blanks);
    } while (cursor.take(','));
    return cursor.expect(end, "to end a value");
  }
  if (cursor.peek() == '"') {
    cursor.quoted();
  } else if (cursor.word(" \t,]}").empty()) {
    cursor.fail("expected a value");
  }
}

std::optional<std::int64_t> time_or_null(Cursor& cursor) {
  if (cursor.take("null")) return std::nullopt;
  return cursor.integer();
}

enum class Field : std::uint8_t {
  process,
  type,
  function,
  key,
  value,
  result,
  time,
  call,
  returned,
  model,
  other,
};

Field field_named(std::string_view name) {
  constexpr std::string_view names[] = {"process", "type", "f",    "key",    "value",
                                        "result",  "time", "call", "return", "model"};
  std::uint8_t index = 0;
  for (std::string_view known : names) {
    if (known == name) break;
    ++index;
  }
  return Field{index};
}

void read_field(Field field, Cursor& cursor, Record& record, Values& values, std::string& model) {
  switch (field) {
    case Field::process:
      record.process = value(cursor, values);
      break;
    case Field::type:
      record.event = event_named(cursor.quoted());
      if (!record.event) cursor.fail("expected \"invoke\", \"ok\", \"fail\" or \"info\"");
      break;
    case Field::function: {
      const std::string_view name = cursor.quoted();
      record.function = function_named(name);
      if (!record.function) cursor.fail("no operation is called \"" + std::string(name) + '"');
      break;
    }
    case Field::key:
      record.key = value(cursor, values);
      break;
    case Field::value:
      record.value = value(cursor, values);
      break;
    case Field::result:
      record.result = value(cursor, values);
      break;
    case Field::time:
      record.time_ns = time_or_null(cursor);
      break;
    case Field::call:
      record.called_ns = cursor.integer();
      break;
    case Field::returned:
      record.returned_ns = time_or_null(cursor);
      break;
    case Field::model:
      model = cursor.quoted();
      break;
    case Field::other:
      ignore(cursor);
      break;
  }
}

}  // namespace

std::optional<Record> read_json_line(std::string_view text, std::int32_t line, Values& values,
                                     std::string& model) {
  Cursor cursor(text, line);
  Record record;
  record.line = line;
  std::uint32_t seen = 0;
  cursor.skip(json_blanks);
  cursor.expect('{', "to begin an object");
  cursor.skip(json_blanks);
  bool more = cursor.peek() != '}';
  while (more) {
    cursor.skip(json_blanks);
    const Field field = field_named(cursor.quoted());
    const std::uint32_t bit = 1U << static_cast<unsigned>(field);
    if (field != Field::other && (seen & bit) != 0) cursor.fail("the same name twice");
    seen |= bit;
    cursor.skip(json_blanks);
    cursor.expect(':', "after a name");
    cursor.skip(json_blanks);
    read_field(field, cursor, record, values, model);
    cursor.skip(json_blanks);
    more = cursor.take(',');
  }
  cursor.expect('}', "to end an object");
  cursor.skip(json_blanks);
  if (!cursor.at_end()) cursor.fail("expected the end of the line");
  if ((seen & (1U << static_cast<unsigned>(Field::model))) == 0) return record;
  if (record.event || record.called_ns) cursor.fail("a header is a line of its own");
  return std::nullopt;
}

}  // namespace assay::check
