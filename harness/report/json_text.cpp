#include "report/json_text.hpp"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace assay::report {
namespace {

namespace json = boost::json;

class Writer {
 public:
  void write(const json::value& value) {
    if (const auto* object = value.if_object()) {
      write_object(*object);
    } else if (const auto* array = value.if_array()) {
      write_array(*array);
    } else if (const double* number = value.if_double()) {
      write_number(*number);
    } else {
      text_ += json::serialize(value);
    }
  }

  std::string text() { return std::move(text_); }

 private:
  void write_object(const json::object& object) {
    if (object.empty()) {
      text_ += "{}";
      return;
    }
    begin('{');
    bool first = true;
    for (const auto& member : object) {
      new_line(first);
      text_ += json::serialize(member.key()) + ": ";
      write(member.value());
    }
    end('}');
  }

  void write_array(const json::array& array) {
    if (array.empty()) {
      text_ += "[]";
      return;
    }
    begin('[');
    bool first = true;
    for (const json::value& element : array) {
      new_line(first);
      write(element);
    }
    end(']');
  }

  void write_number(double number) {
    if (!std::isfinite(number)) {
      text_ += "null";
      return;
    }
    std::array<char, 40> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    text_.append(buffer.data(), end.ptr);
  }

  void begin(char bracket) {
    text_ += bracket;
    depth_ += 1;
  }
  void new_line(bool& first) {
    text_ += first ? "\n" : ",\n";
    text_.append(depth_ * 2, ' ');
    first = false;
  }
  void end(char bracket) {
    depth_ -= 1;
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
    text_ += bracket;
  }

  std::string text_;
  std::size_t depth_ = 0;
};

// Builds a value from the parser's events. The names are those that json::basic_parser calls.
struct Builder {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Text = json::string_view;
  using Error = json::error_code;

  json::value_stack stack;
  std::string digits;  // of the number that is being read

  bool on_document_begin(Error&) {
    stack.reset();
    return true;
  }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(std::size_t size, Error&) {
    stack.push_object(size);
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t size, Error&) {
    stack.push_array(size);
    return true;
  }
  bool on_key_part(Text part, std::size_t, Error&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(Text part, std::size_t, Error&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(Text part, std::size_t, Error&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(Text part, std::size_t, Error&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(Text part, Error&) {
    digits.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t number, Text, Error&) {
    digits.clear();
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text, Error&) {
    digits.clear();
    stack.push_uint64(number);
    return true;
  }
  bool on_double(double rounded, Text part, Error&) {
    digits.append(part.data(), part.size());
    double exact = rounded;  // kept when it is beyond the largest double
    std::from_chars(digits.data(), digits.data() + digits.size(), exact);
    digits.clear();
    stack.push_double(exact);
    return true;
  }
  bool on_bool(bool value, Error&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(Error&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }
};

}  // namespace

std::string indented(const json::value& value) {
  Writer writer;
  writer.write(value);
  return writer.text();
}

json::value parse_exactly(std::string_view text) {
  json::basic_parser<Builder> parser{json::parse_options()};
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    error = json::error::extra_data;
  }
  if (error) {
    throw std::runtime_error("not JSON at byte " + std::to_string(read) + ": " + error.message());
  }
  return parser.handler().stack.release();
}

}  // namespace assay::report
