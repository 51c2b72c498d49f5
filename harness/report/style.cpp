#include "report/style.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"

namespace assay::report {
namespace {

constexpr int kUsualColumns = 80;
constexpr int kFewestColumns = 40;
constexpr int kMostColumns = 100;  // longer lines are hard to read

std::string value_of(const Surroundings& surroundings, const char* name) {
  const char* value = surroundings.variable ? surroundings.variable(name) : nullptr;
  return value == nullptr ? std::string() : std::string(value);
}

bool forced(const Surroundings& surroundings) {
  const auto asks = [&](const char* name) {
    const std::string value = value_of(surroundings, name);
    return !value.empty() && value != "0";
  };
  return asks("CLICOLOR_FORCE") || asks("FORCE_COLOR");
}

bool wants_colour(ColourChoice choice, const Surroundings& surroundings) {
  if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
  if (!value_of(surroundings, "NO_COLOR").empty()) return false;
  if (forced(surroundings)) return true;
  if (value_of(surroundings, "CLICOLOR") == "0") return false;
  return surroundings.terminal && value_of(surroundings, "TERM") != "dumb";
}

bool speaks_utf8(const Surroundings& surroundings) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = value_of(surroundings, name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

// Of a pipe only the user can know who reads it, and how wide that is; 0 if nothing was said.
int columns_asked_for(const Surroundings& surroundings) {
  const auto asked = base::to_integer(value_of(surroundings, "COLUMNS"));
  return asked ? static_cast<int>(std::clamp<std::int64_t>(*asked, 0, kMostColumns)) : 0;
}

std::string paint(const Style& style, std::string_view on, std::string_view off,
                  std::string_view text) {
  if (!style.colour || text.empty()) return std::string(text);
  std::string painted = "\x1b[";
  painted.append(on).append("m").append(text).append("\x1b[").append(off).append("m");
  return painted;
}

constexpr Glyphs kUnicode{.yes = "✓",
                          .no = "✗",
                          .arrow = "→",
                          .dot = "·",
                          .dash = "–",
                          .ellipsis = "…",
                          .times = "×",
                          .minus = "−",
                          .about = "≈",
                          .micro = "µ",
                          .bar_full = "█",
                          .bar_empty = "░",
                          .quote = "│",
                          .tick_left = "┤",
                          .tick_zero = "┼",
                          .axis = "─",
                          .call = "┬",
                          .same_call = "╤",
                          .same_axis = "═",
                          .cut = "╱",
                          .bracket_left = "╰",
                          .bracket_line = "─",
                          .bracket_right = "╯",
                          .pointer = "▲"};

constexpr Glyphs kAscii{.yes = "+",
                        .no = "x",
                        .arrow = "->",
                        .dot = "|",
                        .dash = "-",
                        .ellipsis = "~",
                        .times = "x",
                        .minus = "-",
                        .about = "~",
                        .micro = "u",
                        .bar_full = "#",
                        .bar_empty = ".",
                        .quote = "|",
                        .tick_left = "|",
                        .tick_zero = "+",
                        .axis = "-",
                        .call = "+",
                        .same_call = "+",
                        .same_axis = "=",
                        .cut = "/",
                        .bracket_left = "\\",
                        .bracket_line = "_",
                        .bracket_right = "/",
                        .pointer = "^"};

}  // namespace

std::optional<ColourChoice> colour_choice_named(std::string_view name) {
  if (name == "auto") return ColourChoice::automatic;
  if (name == "always") return ColourChoice::always;
  if (name == "never") return ColourChoice::never;
  return std::nullopt;
}

Style decide(ColourChoice choice, const Surroundings& surroundings) {
  int columns = surroundings.columns;
  if (columns <= 0) columns = columns_asked_for(surroundings);
  if (columns <= 0) columns = kUsualColumns;
  return {.colour = wants_colour(choice, surroundings),
          .unicode = speaks_utf8(surroundings),
          .columns = std::clamp(columns, kFewestColumns, kMostColumns)};
}

Style detect(ColourChoice choice, int descriptor) {
  Surroundings surroundings;
  surroundings.variable = [](const char* name) { return std::getenv(name); };
  surroundings.terminal = ::isatty(descriptor) == 1;
  winsize size{};
  if (surroundings.terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    surroundings.columns = size.ws_col;
  }
  return decide(choice, surroundings);
}

std::string bold(const Style& style, std::string_view text) {
  return paint(style, "1", "22", text);
}
std::string dim(const Style& style, std::string_view text) { return paint(style, "2", "22", text); }
std::string red(const Style& style, std::string_view text) {
  return paint(style, "31", "39", text);
}
std::string green(const Style& style, std::string_view text) {
  return paint(style, "32", "39", text);
}
std::string yellow(const Style& style, std::string_view text) {
  return paint(style, "33", "39", text);
}
std::string cyan(const Style& style, std::string_view text) {
  return paint(style, "36", "39", text);
}

const Glyphs& glyphs(const Style& style) { return style.unicode ? kUnicode : kAscii; }

}  // namespace assay::report
