// Text as a terminal shows it: how wide it is, how it is cut and wrapped, and how text from a
// subject is made harmless. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::report {

// One character of UTF-8 text. A byte that belongs to none is a character of its own, not valid.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = true;
};
Character first_character(std::string_view text);  // of a text that is not empty

// With U+FFFD in place of everything that is not UTF-8.
std::string valid_utf8(std::string_view text);

// With everything escaped that could move the cursor, change colours or reorder what is read:
// control characters, direction marks, bytes that are not UTF-8. Line ends are kept only if asked.
// For an ASCII terminal, other characters are replaced too. Doing it twice changes nothing.
enum class Lines { one, many };
std::string harmless(std::string_view text, bool unicode, Lines lines = Lines::one);

// Columns taken on a terminal; colours take none.
int width(std::string_view text);

std::string pad_right(std::string_view text, int columns);  // at least so wide
std::string pad_left(std::string_view text, int columns);
std::string clip(std::string_view text, int columns, std::string_view ellipsis);  // at most so wide

// At spaces where there are any; a longer word is cut.
std::vector<std::string> wrap(std::string_view text, int columns);

std::string repeated(std::string_view text, int times);

}  // namespace assay::report
