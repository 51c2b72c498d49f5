// How text is painted on one stream: colours, characters and width. Everything here is a pure
// function, but for detect(), which looks at the environment and at the terminal; a Style is a
// plain value that any thread may use.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace assay::report {

struct Style {
  bool colour = false;
  bool unicode = false;  // false: marks and boxes are drawn in ASCII
  int columns = 80;
};

enum class ColourChoice { automatic, always, never };
std::optional<ColourChoice> colour_choice_named(
    std::string_view name);  // "auto", "always", "never"

// What the decision rests on.
struct Surroundings {
  std::function<const char*(const char* name)> variable;  // as std::getenv
  bool terminal = false;
  int columns = 0;  // of the terminal; 0 when not known
};

// The choice on the command line, then NO_COLOR, CLICOLOR_FORCE or FORCE_COLOR, CLICOLOR=0, and
// last whether this is a terminal that knows colours.
Style decide(ColourChoice choice, const Surroundings& surroundings);

// decide() for a descriptor of this process.
Style detect(ColourChoice choice, int descriptor);

// These nest. Without colour they give the text back.
std::string bold(const Style& style, std::string_view text);
std::string dim(const Style& style, std::string_view text);
std::string red(const Style& style, std::string_view text);
std::string green(const Style& style, std::string_view text);
std::string yellow(const Style& style, std::string_view text);
std::string cyan(const Style& style, std::string_view text);

// The characters that reports draw with, in the style's character set.
struct Glyphs {
  std::string_view yes, no, arrow, dot, dash, ellipsis, times, minus, about, micro;
  std::string_view bar_full, bar_empty, quote;
  std::string_view tick_left, tick_zero, axis, call, same_call, same_axis, cut;
  std::string_view bracket_left, bracket_line, bracket_right, pointer;
};
const Glyphs& glyphs(const Style& style);

}  // namespace assay::report
