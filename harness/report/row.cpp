#include "report/row.hpp"

#include <algorithm>
#include <cstddef>

#include "report/text.hpp"

namespace assay::report {

std::string plain(const Style&, std::string_view text) { return std::string(text); }

Row::Row(int columns) : cells_(static_cast<std::size_t>(std::max(columns, 0))) {}

void Row::put(int column, std::string_view text, Painter painter) {
  while (!text.empty()) {
    const Character next = first_character(text);
    const std::string_view character = text.substr(0, next.bytes);
    const int columns = width(character);
    if (column + columns > static_cast<int>(cells_.size())) return;
    for (int at = column; at < column + columns; ++at) {
      cells_[static_cast<std::size_t>(at)] = {
          std::string(at == column ? character : std::string_view()), painter};
    }
    text.remove_prefix(next.bytes);
    column += columns;
  }
}

std::string Row::text(const Style& style) const {
  std::size_t end = cells_.size();
  while (end > 0 && cells_[end - 1].text == " ") --end;
  std::string line;
  for (std::size_t i = 0; i < end;) {
    std::string run;
    const Painter painter = cells_[i].painter;
    for (; i < end && cells_[i].painter == painter; ++i) run += cells_[i].text;
    line += painter(style, run);
  }
  return line;
}

}  // namespace assay::report
