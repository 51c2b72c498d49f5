#include "report/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace assay::report {
namespace {

struct Range {
  char32_t from, to;
};

bool within(char32_t code, const Range* begin, const Range* end) {
  return std::any_of(begin, end, [code](Range r) { return r.from <= code && code <= r.to; });
}

constexpr std::array<Range, 15> kWide{{{0x1100, 0x115F},
                                       {0x231A, 0x231B},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F},
                                       {0x1F680, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

constexpr std::array<Range, 6> kCombining{{{0x0300, 0x036F},
                                           {0x1AB0, 0x1AFF},
                                           {0x1DC0, 0x1DFF},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F}}};

// Controls, invisible characters, direction marks, line separators, and tags.
constexpr std::array<Range, 11> kHarmful{{{0x00, 0x1F},
                                          {0x7F, 0x9F},
                                          {0x00AD, 0x00AD},
                                          {0x061C, 0x061C},
                                          {0x180E, 0x180E},
                                          {0x200B, 0x200F},
                                          {0x2028, 0x202E},
                                          {0x2060, 0x206F},
                                          {0xFEFF, 0xFEFF},
                                          {0xFFF9, 0xFFFB},
                                          {0xE0000, 0xE0FFF}}};

// What our own texts use, in ASCII.
constexpr std::array<std::pair<char32_t, std::string_view>, 19> kAsciiFor{{{U'→', "->"},
                                                                           {U'…', "..."},
                                                                           {U'×', "x"},
                                                                           {U'·', "|"},
                                                                           {U'–', "-"},
                                                                           {U'—', "-"},
                                                                           {U'−', "-"},
                                                                           {U'≤', "<="},
                                                                           {U'≥', ">="},
                                                                           {U'≈', "~"},
                                                                           {U'µ', "u"},
                                                                           {U'±', "+-"},
                                                                           {U'“', "\""},
                                                                           {U'”', "\""},
                                                                           {U'‘', "'"},
                                                                           {U'’', "'"},
                                                                           {U'✓', "+"},
                                                                           {U'✗', "x"},
                                                                           {0x00A0, " "}}};

std::string hexadecimal(char32_t code, int at_least) {
  std::string digits;
  for (char32_t rest = code; rest != 0 || static_cast<int>(digits.size()) < at_least; rest >>= 4) {
    digits.insert(digits.begin(), "0123456789abcdef"[rest & 0xFU]);
  }
  return digits;
}

std::string escaped(char32_t code) {
  if (code == U'\n') return "\\n";
  if (code == U'\r') return "\\r";
  if (code == U'\t') return "\\t";
  if (code < 0x100) return "\\x" + hexadecimal(code, 2);
  return "\\u{" + hexadecimal(code, 4) + "}";
}

std::string in_ascii(char32_t code) {
  for (const auto& [known, ascii] : kAsciiFor) {
    if (known == code) return std::string(ascii);
  }
  return "?";
}

int width_of(char32_t code) {
  if (within(code, kCombining.begin(), kCombining.end())) return 0;
  return within(code, kWide.begin(), kWide.end()) ? 2 : 1;
}

// The length of a colour sequence at the start of the text, or 0.
std::size_t colour_bytes(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

int expected_bytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Character broken{byte(0), 1, false};
  const int bytes = expected_bytes(byte(0));
  if (bytes == 0 || static_cast<std::size_t>(bytes) > text.size()) return broken;
  if (bytes == 1) return {byte(0), 1, true};
  char32_t code = byte(0) & (0xFFU >> (bytes + 1));
  for (int i = 1; i < bytes; ++i) {
    const unsigned char next = byte(static_cast<std::size_t>(i));
    if ((next & 0xC0U) != 0x80U) return broken;
    code = (code << 6) | (next & 0x3FU);
  }
  const bool longer_than_needed = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (longer_than_needed || surrogate || code > 0x10FFFF) return broken;
  return {code, static_cast<std::size_t>(bytes), true};
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    valid.append(next.valid ? text.substr(0, next.bytes) : "\xEF\xBF\xBD");
    text.remove_prefix(next.bytes);
  }
  return valid;
}

std::string harmless(std::string_view text, bool unicode, Lines lines) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.code == U'\n' && lines == Lines::many) {
      clean += '\n';
    } else if (!next.valid || within(next.code, kHarmful.begin(), kHarmful.end())) {
      clean += escaped(next.code);
    } else if (!unicode && next.code >= 0x80) {
      clean += in_ascii(next.code);
    } else {
      clean.append(text.substr(0, next.bytes));
    }
    text.remove_prefix(next.bytes);
  }
  return clean;
}

int width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const std::size_t colour = colour_bytes(text);
    const Character next = first_character(text);
    if (colour == 0) columns += width_of(next.code);
    text.remove_prefix(colour == 0 ? next.bytes : colour);
  }
  return columns;
}

std::string pad_right(std::string_view text, int columns) {
  return std::string(text) + repeated(" ", columns - width(text));
}

std::string pad_left(std::string_view text, int columns) {
  return repeated(" ", columns - width(text)) + std::string(text);
}

std::string clip(std::string_view text, int columns, std::string_view ellipsis) {
  if (width(text) <= columns) return std::string(text);
  const int room = std::max(0, columns - width(ellipsis));
  std::string kept;
  int used = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    used += width_of(next.code);
    if (used > room) break;
    kept.append(text.substr(0, next.bytes));
    text.remove_prefix(next.bytes);
  }
  return kept.append(ellipsis);
}

std::vector<std::string> wrap(std::string_view text, int columns) {
  const int room = std::max(columns, 2);  // so that a wide character always fits
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    const bool first = lines.back().empty();
    if (width(lines.back()) + (first ? 0 : 1) + width(word) <= room) {
      lines.back().append(first ? "" : " ").append(word);
      continue;
    }
    if (!first) lines.emplace_back();
    while (width(word) > room) {
      const std::string head = clip(word, room, "");
      lines.back() = head;
      lines.emplace_back();
      word.remove_prefix(head.size());
    }
    lines.back().append(word);
  }
  return lines;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text);
  return all;
}

}  // namespace assay::report
