#include "report/comparison.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <cstddef>

#include "base/text.hpp"
#include "report/figures.hpp"
#include "report/json_text.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

namespace json = boost::json;

constexpr int kBetweenColumns = 2;
constexpr int kLabelColumnsMax = 40;
constexpr int kHeadColumnsMax = 10;  // a longer name goes over several lines

// Three digits that mean something, as many as such figures have.
std::string cost_in_words(double cost) {
  const double size = std::abs(cost);
  if (size >= 100 || size == std::round(size)) return base::thousands(std::llround(cost));
  const double scale = size >= 10 ? 10 : 100;
  return points_in_words(std::round(cost * scale) / scale);
}

std::string in_plain_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

struct Column {
  const ComparedDesign* design = nullptr;
  std::vector<std::string> head;
  std::vector<std::string> cells;
  int columns = 0;
};

class SideBySide {
 public:
  SideBySide(const Comparison& comparison, const Style& style)
      : comparison_(comparison), style_(style) {
    for (const auto& name : comparison.costs) {
      label_columns_ = std::max(label_columns_, width(name) + 2);
    }
    label_columns_ = std::min(label_columns_, kLabelColumnsMax);
    for (const auto& design : comparison.designs) columns_.push_back(column_of(design));
  }

  // As many designs side by side as there is room for; then the next.
  std::string text() const {
    std::string text;
    for (std::size_t first = 0; first < columns_.size();) {
      std::size_t last = first;
      int used = label_columns_;
      while (last < columns_.size() && (last == first || fits(used, columns_[last]))) {
        used += columns_[last++].columns + kBetweenColumns;
      }
      text += (first > 0 ? "\n" : "") + block(first, last);
      first = last;
    }
    return text;
  }

 private:
  bool fits(int used, const Column& column) const {
    return used + column.columns + kBetweenColumns <= style_.columns;
  }

  Column column_of(const ComparedDesign& design) const {
    Column column{&design, wrap(in_plain_words(design.name), kHeadColumnsMax), {}, 0};
    for (const auto& name : comparison_.costs) {
      const auto found = design.costs.find(name);
      column.cells.push_back(found == design.costs.end() ? std::string(glyphs(style_).dash)
                                                         : cost_in_words(found->second));
    }
    for (const auto* texts : {&column.head, &column.cells}) {
      for (const auto& text : *texts) column.columns = std::max(column.columns, width(text));
    }
    return column;
  }

  std::string block(std::size_t first, std::size_t last) const {
    std::size_t head_lines = 0;
    for (std::size_t i = first; i < last; ++i) {
      head_lines = std::max(head_lines, columns_[i].head.size());
    }
    std::string text;
    for (std::size_t line = 0; line < head_lines; ++line) {
      text += line_of("", first, last, [&](const Column& column) {
        const std::size_t above = head_lines - column.head.size();  // heads stand on the table
        return line < above ? std::string() : column.head[line - above];
      });
    }
    for (std::size_t row = 0; row < comparison_.costs.size(); ++row) {
      text += line_of(comparison_.costs[row], first, last,
                      [row](const Column& column) { return column.cells[row]; });
    }
    return text;
  }

  template <class CellOf>
  std::string line_of(const std::string& label, std::size_t first, std::size_t last,
                      const CellOf& cell_of) const {
    std::string line =
        pad_right("  " + clip(label, label_columns_ - 2, glyphs(style_).ellipsis), label_columns_);
    for (std::size_t i = first; i < last; ++i) {
      const std::string cell = pad_left(cell_of(columns_[i]), columns_[i].columns);
      line += repeated(" ", kBetweenColumns) +
              (columns_[i].design->name == "yours" ? bold(style_, cell) : cell);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }

  const Comparison& comparison_;
  const Style& style_;
  int label_columns_ = 0;
  std::vector<Column> columns_;
};

std::string indented_text(const std::string& text, int by, const Style& style) {
  std::string lines;
  for (const auto& line : wrap(harmless(text, style.unicode), style.columns - by)) {
    lines += repeated(" ", by) + line + "\n";
  }
  return lines;
}

// Its further lines are indented a little more.
std::string noted(const std::string& note, const Style& style) {
  std::string text;
  for (const auto& line : wrap(note, style.columns - 4)) {
    text += (text.empty() ? "  " : "    ") + dim(style, line) + "\n";
  }
  return text;
}

std::string described(const ComparedDesign& design, const Style& style) {
  std::string text = "\n  " + bold(style, in_plain_words(design.name)) + "   " +
                     dim(style, harmless(design.path, style.unicode)) + "\n";
  if (!design.trouble.empty()) text += indented_text(design.trouble, 4, style);
  if (!design.design.empty()) text += indented_text(design.design, 4, style);
  if (!design.trade_off.empty()) text += indented_text(design.trade_off, 4, style);
  return text;
}

}  // namespace

std::string comparison(const Comparison& comparison, const Style& style) {
  const std::string between = std::string(" ") + std::string(glyphs(style).dot) + " ";
  std::string text =
      bold(style, comparison.title + ", level " + std::to_string(comparison.level) + ": " +
                      comparison.level_title) +
      "\n" +
      dim(style, "yours passed in " + comparison.passed_in + between + "seed " +
                     std::to_string(comparison.seed) + between + "measured side by side, in " +
                     seconds_in_words(comparison.seconds)) +
      "\n\n" + SideBySide(comparison, style).text();
  if (!comparison.notes.empty()) text += "\n";
  for (const auto& note : comparison.notes) text += noted(note, style);
  for (const auto& design : comparison.designs) text += described(design, style);
  if (comparison.questions.empty()) return text;
  text += "\n" + bold(style, "What an interviewer asks next") + "\n\n";
  for (std::size_t i = 0; i < comparison.questions.size(); ++i) {
    const std::string number = pad_left(std::to_string(i + 1), 4) + ". ";
    const std::string question = indented_text(comparison.questions[i], width(number), style);
    text += number + question.substr(static_cast<std::size_t>(width(number)));
  }
  return text;
}

std::string to_json(const Comparison& comparison) {
  const auto text = [](const std::string& value) { return json::string(valid_utf8(value)); };
  json::array designs;
  for (const auto& design : comparison.designs) {
    json::object costs;
    for (const auto& name : comparison.costs) {
      const auto found = design.costs.find(name);
      costs[name] = found == design.costs.end() ? json::value(nullptr) : json::value(found->second);
    }
    designs.push_back(json::object{{"name", text(design.name)},
                                   {"path", text(design.path)},
                                   {"design", text(design.design)},
                                   {"trade_off", text(design.trade_off)},
                                   {"costs", costs},
                                   {"trouble", text(design.trouble)}});
  }
  json::array questions;
  for (const auto& question : comparison.questions) questions.emplace_back(text(question));
  const json::object document{{"schema", "assay-compare/1"},
                              {"exercise", text(comparison.exercise)},
                              {"level", comparison.level},
                              {"passed_in", text(comparison.passed_in)},
                              {"seed", std::to_string(comparison.seed)},
                              {"seconds", comparison.seconds},
                              {"designs", designs},
                              {"questions", questions}};
  return indented(document) + "\n";
}

}  // namespace assay::report
