// HTML and SVG as it is written. Text and values of attributes are escaped here, and there is no
// other way in: nothing that came from a submission becomes markup. Not thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::report {

class Markup {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // <name ...>, until close(). Names are ours, never a submission's.
  Markup& open(std::string_view name, Attributes attributes = {});
  Markup& close();

  // An element with text in it, or with nothing.
  Markup& element(std::string_view name, Attributes attributes, std::string_view text = "");
  Markup& element(std::string_view name, std::string_view text) { return element(name, {}, text); }

  // One that HTML never closes: meta, br.
  Markup& lone(std::string_view name, Attributes attributes = {});

  Markup& text(std::string_view text);

  // What is markup already, from another Markup or from our own assets.
  Markup& add(std::string_view markup);

  // All of it; every element has to be closed (std::logic_error).
  std::string take();

 private:
  void begin(std::string_view name, Attributes attributes);

  std::string written_;
  std::vector<std::string> open_;
};

// JSON that can't end the script element that it stands in.
std::string embedded_json(std::string_view json);

// With what could be read as markup, and what could reorder or hide text, escaped.
std::string escaped(std::string_view text);

}  // namespace assay::report
