// Walks over one line of a history, and says where it stopped when the line isn't what it should
// be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "check/history.hpp"

namespace assay::check {

class Cursor {
 public:
  Cursor(std::string_view text, std::int32_t line) : text_(text), line_(line) {}

  std::int32_t line() const { return line_; }
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  void skip(std::string_view characters);  // as many of them as there are
  bool take(char character);               // if it is next
  bool take(std::string_view word);        // if it is next
  void expect(char character, std::string_view where);
  std::string_view word(std::string_view stops);  // up to one of these or the end; may be empty

  std::int64_t integer();
  // A quoted text with JSON's escapes, without its quotes. Valid until the next call.
  std::string_view quoted();

  [[noreturn]] void fail(const std::string& why) const;  // throws HistoryError

 private:
  void escape();
  std::uint32_t code_unit();
  void append_utf8(std::uint32_t code);

  std::string_view text_;
  std::int32_t line_;
  std::size_t at_ = 0;
  std::string unescaped_;
};

}  // namespace assay::check
