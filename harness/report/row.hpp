// One line of a picture, a column at a time. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/style.hpp"

namespace assay::report {

using Painter = std::string (*)(const Style&, std::string_view);
std::string plain(const Style& style, std::string_view text);

class Row {
 public:
  explicit Row(int columns);

  // From this column on, a column for each character; what goes over the end is dropped.
  void put(int column, std::string_view text, Painter painter = plain);

  std::string text(const Style& style) const;  // without the spaces at its end

 private:
  struct Cell {
    std::string text = " ";  // empty: the other half of a wide character
    Painter painter = plain;
  };
  std::vector<Cell> cells_;
};

}  // namespace assay::report
