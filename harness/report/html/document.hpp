// What every page of ours is: one self-contained HTML document, for a browser without a network,
// with its own style sheet and scripts inside, and a policy that allows no others. Pure.
#pragma once

#include <string>
#include <vector>

namespace assay::report {

// uPlot, which makes charts that are read with the pointer. Without it, there are pictures and
// tables. Its digests are what the page's security policy knows it by.
struct ChartLibrary {
  std::string script;
  std::string script_sha256_hex;
  std::string style;
  std::string style_sha256_hex;
};

struct Document {
  std::string title;    // of the window
  std::string heading;  // of the page
  std::string subtitle;
  std::string body;                 // markup, of a Markup
  std::vector<std::string> stored;  // what the page was made from, as JSON
};

std::string to_text(const Document& document, const ChartLibrary& library);

}  // namespace assay::report
