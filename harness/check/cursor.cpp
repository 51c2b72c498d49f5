#include "check/cursor.hpp"

#include <charconv>

namespace assay::check {

void Cursor::skip(std::string_view characters) {
  while (!at_end() && characters.find(text_[at_]) != characters.npos) ++at_;
}

bool Cursor::take(char character) {
  if (peek() != character || at_end()) return false;
  ++at_;
  return true;
}

bool Cursor::take(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void Cursor::expect(char character, std::string_view where) {
  if (!take(character)) fail(std::string("expected '") + character + "' " + std::string(where));
}

std::string_view Cursor::word(std::string_view stops) {
  const std::size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
  const std::string_view found = text_.substr(at_, end - at_);
  at_ = end;
  return found;
}

std::int64_t Cursor::integer() {
  std::int64_t number = 0;
  const char* begin = text_.data() + at_;
  const char* end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc::result_out_of_range) fail("a number beyond 64 bits");
  if (error != std::errc{}) fail("expected a whole number");
  if (stop != end && (*stop == '.' || *stop == 'e' || *stop == 'E')) {
    fail("a number that is not whole");
  }
  at_ += static_cast<std::size_t>(stop - begin);
  return number;
}

std::string_view Cursor::quoted() {
  expect('"', "to begin a text");
  const std::size_t begin = at_;
  std::size_t end = text_.find_first_of("\"\\", at_);
  if (end != text_.npos && text_[end] == '"') {
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }
  unescaped_.clear();
  while (true) {
    end = text_.find_first_of("\"\\", at_);
    if (end == text_.npos) {
      at_ = text_.size();
      fail("the line ends within a text");
    }
    unescaped_ += text_.substr(at_, end - at_);
    at_ = end + 1;
    if (text_[end] == '"') return unescaped_;
    escape();
  }
}

void Cursor::escape() {
  if (at_end()) fail("the line ends within a text");
  const char kind = text_[at_++];
  switch (kind) {
    case '"':
    case '\\':
    case '/':
      unescaped_ += kind;
      return;
    case 'b':
      unescaped_ += '\b';
      return;
    case 'f':
      unescaped_ += '\f';
      return;
    case 'n':
      unescaped_ += '\n';
      return;
    case 'r':
      unescaped_ += '\r';
      return;
    case 't':
      unescaped_ += '\t';
      return;
    case 'u':
      break;
    default:
      fail("an escape that JSON doesn't know");
  }
  std::uint32_t code = code_unit();
  if (code >= 0xdc00 && code <= 0xdfff) fail("half of a surrogate pair");
  if (code >= 0xd800 && code <= 0xdbff) {
    if (!take("\\u")) fail("half of a surrogate pair");
    const std::uint32_t low = code_unit();
    if (low < 0xdc00 || low > 0xdfff) fail("half of a surrogate pair");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(code);
}

std::uint32_t Cursor::code_unit() {
  std::uint32_t code = 0;
  const std::string_view digits = text_.substr(at_, 4);
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (error != std::errc{} || stop != digits.data() + 4) fail("expected four hexadecimal digits");
  at_ += 4;
  return code;
}

void Cursor::append_utf8(std::uint32_t code) {
  const auto byte = [&](std::uint32_t bits) { unescaped_ += static_cast<char>(bits); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | (code >> 6));
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3f));
    byte(0x80 | ((code >> 6) & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

void Cursor::fail(const std::string& why) const {
  throw HistoryError(line_, why + " (column " + std::to_string(at_ + 1) + ")");
}

}  // namespace assay::check
