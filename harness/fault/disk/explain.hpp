// Why something acknowledged is gone, in people's words: the write that carried it, and the call
// that was missing. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fault/disk/crash_test.hpp"

namespace assay::disk {

struct Explanation {
  std::optional<std::size_t> carried_by;  // the step: a write, or a change of a name
  std::string missing;                    // "no fsync or fdatasync of data.log …"

  struct Line {
    std::optional<std::size_t> step;
    std::string what;
    std::string fate;    // "on the disk", "gone", "3 of 12 bytes"
    bool is_it = false;  // the one that carried it
  };
  std::vector<Line> story;  // the steps that matter, to the end
};

Explanation explain(const Loss& loss);

// A row for each file and what was printed, a column for each step: text, and SVG.
std::string picture_as_text(const Loss& loss, const Explanation& explanation);
std::string picture_as_svg(const Loss& loss, const Explanation& explanation);

}  // namespace assay::disk
