#include "host/http/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace assay::host {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::size_t unicode_digits = 4;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// How many bytes the UTF-8 character has that begins a text; 0 if none does.
std::size_t character_bytes(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  // Longer than it has to be, half of a pair, or beyond the last character.
  const bool wrong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F) ||
                     (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
  return wrong ? 0 : bytes;
}

void append_character(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text), bytes_(text.size()) {}

  Json whole() {
    Json value = next(0);
    skip_spaces();
    if (!rest_.empty()) fail("something follows the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw BadJson(std::string(what) + " at byte " + std::to_string(bytes_ - rest_.size() + 1));
  }

  void skip_spaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  Json next(std::size_t depth) {
    if (depth > json_depth_max) fail("too deep");
    skip_spaces();
    Json value;
    if (take("{")) return object(depth);
    if (take("[")) return array(depth);
    if (take("\"")) {
      value.kind = Json::Kind::string;
      value.text = string();
    } else if (take("true") || take("false")) {
      value.kind = Json::Kind::boolean;
      value.boolean = *(rest_.data() - 2) == 'u';
    } else if (!take("null")) {
      return number();
    }
    return value;
  }

  Json object(std::size_t depth) {
    Json value;
    value.kind = Json::Kind::object;
    skip_spaces();
    if (take("}")) return value;
    do {
      skip_spaces();
      if (!take("\"")) fail("a name is missing");
      std::string name = string();
      if (value.member(name) != nullptr) fail("a name is there twice");
      skip_spaces();
      if (!take(":")) fail("a colon is missing");
      value.names.push_back(std::move(name));
      value.values.push_back(next(depth + 1));
      skip_spaces();
    } while (take(","));
    if (!take("}")) fail("an object doesn't end");
    return value;
  }

  Json array(std::size_t depth) {
    Json value;
    value.kind = Json::Kind::array;
    skip_spaces();
    if (take("]")) return value;
    do {
      value.values.push_back(next(depth + 1));
      skip_spaces();
    } while (take(","));
    if (!take("]")) fail("an array doesn't end");
    return value;
  }

  void take_digits() {
    const auto end = std::min(rest_.find_first_not_of(digits), rest_.size());
    if (end == 0) fail("not a JSON value");
    rest_.remove_prefix(end);
  }

  Json number() {
    const std::string_view from = rest_;
    take("-");
    if (!take("0")) take_digits();
    const std::size_t whole = from.size() - rest_.size();
    if (take(".")) take_digits();
    if (take("e") || take("E")) {
      if (!take("+")) take("-");
      take_digits();
    }
    Json value;
    value.kind = Json::Kind::number;
    value.text = from.substr(0, from.size() - rest_.size());
    const char* const end = value.text.data() + value.text.size();
    const auto [stopped, error] = std::from_chars(value.text.data(), end, value.integer);
    if (value.text.size() == whole && error == std::errc{} && stopped == end) {
      value.kind = Json::Kind::integer;
    }
    return value;
  }

  std::string string() {
    std::string text;
    while (!rest_.empty() && rest_[0] != '"') {
      if (static_cast<unsigned char>(rest_[0]) < 0x20) fail("a control character in a string");
      if (take("\\")) {
        escape(text);
        continue;
      }
      const std::size_t bytes = character_bytes(rest_);
      if (bytes == 0) fail("not UTF-8");
      text += rest_.substr(0, bytes);
      rest_.remove_prefix(bytes);
    }
    if (!take("\"")) fail("a string doesn't end");
    return text;
  }

  void escape(std::string& text) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (take("u")) return append_character(text, code_point());
    const auto which = rest_.empty() ? std::string_view::npos : letters.find(rest_[0]);
    if (which == std::string_view::npos) fail("an escape that isn't known");
    text += meanings[which];
    rest_.remove_prefix(1);
  }

  std::uint32_t code_unit() {
    std::uint32_t unit = 0;
    const auto written = rest_.substr(0, unicode_digits);
    const auto [stopped, error] =
        std::from_chars(written.data(), written.data() + written.size(), unit, 16);
    if (error != std::errc{} || stopped != rest_.data() + unicode_digits) fail("a broken \\u");
    rest_.remove_prefix(unicode_digits);
    return unit;
  }

  std::uint32_t code_point() {
    const std::uint32_t first = code_unit();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first > 0xDBFF || !take("\\u")) fail("half of a pair of \\u");
    const std::uint32_t second = code_unit();
    if (second < 0xDC00 || second > 0xDFFF) fail("half of a pair of \\u");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  std::string_view rest_;
  const std::size_t bytes_;
};

}  // namespace

const Json* Json::member(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &values[static_cast<std::size_t>(found - names.begin())];
}

Json parse_json(std::string_view text) { return JsonReader(text).whole(); }

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      json += '\\';
      json += letter;
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(letter));
      json += escaped.data();
    } else {
      json += letter;
    }
  }
  return json + '"';
}

}  // namespace assay::host
