#include "report/html/markup.hpp"

#include <stdexcept>

#include "base/text.hpp"
#include "report/text.hpp"

namespace assay::report {

std::string escaped(std::string_view text) {
  return base::escaped_for_markup(harmless(text, true, Lines::many));
}

std::string embedded_json(std::string_view json) {
  std::string safe;
  for (const char letter : json) {
    if (letter == '<') {
      safe += "\\u003c";
    } else {
      safe += letter;
    }
  }
  return safe;
}

Markup& Markup::open(std::string_view name, Attributes attributes) {
  begin(name, attributes);
  open_.emplace_back(name);
  return *this;
}

Markup& Markup::close() {
  if (open_.empty()) throw std::logic_error("closes an element that was never opened");
  written_ += "</" + open_.back() + ">";
  open_.pop_back();
  return *this;
}

Markup& Markup::element(std::string_view name, Attributes attributes, std::string_view text) {
  return open(name, attributes).text(text).close();
}

Markup& Markup::lone(std::string_view name, Attributes attributes) {
  begin(name, attributes);
  return *this;
}

Markup& Markup::text(std::string_view text) {
  written_ += escaped(text);
  return *this;
}

Markup& Markup::add(std::string_view markup) {
  written_ += markup;
  return *this;
}

std::string Markup::take() {
  if (!open_.empty()) throw std::logic_error("leaves <" + open_.back() + "> open");
  return std::exchange(written_, {});
}

void Markup::begin(std::string_view name, Attributes attributes) {
  written_ += '<';
  written_ += name;
  for (const auto& [key, value] : attributes) {
    written_ += ' ';
    written_ += key;
    written_ += "=\"" + escaped(value) + '"';
  }
  written_ += '>';
}

}  // namespace assay::report
