#include "report/predictions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>

#include "report/figures.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

constexpr std::size_t kCells = 5;
using Cells = std::array<std::string, kCells>;
constexpr int kBetweenCells = 3;
constexpr double kManyTimes = 100;

double marks_of(const PredictionOutcome& outcome) {
  return grade::marks_for(outcome.question, outcome.predicted, *outcome.measured.value);
}

bool has_marks(const PredictionOutcome& outcome) {
  return outcome.measured.value && outcome.graded_before.empty();
}

std::string times_in_words(double times, const Style& style) {
  const std::string_view sign = glyphs(style).times;
  if (times >= kManyTimes) return std::string(sign) + "100 and more";
  return std::string(sign) + points_in_words(times);
}

std::string bands_in_words(const Style& style) {
  return "1 within " + times_in_words(1.25, style) + " of what is measured, 0.75 within " +
         times_in_words(1.5, style) + ", 0.5 within " + times_in_words(2, style) +
         ", 0.25 within " + times_in_words(4, style) + "; a choice is right or wrong";
}

Cells cells_of(const PredictionOutcome& outcome, const Style& style) {
  const std::string dash(glyphs(style).dash);
  Cells cells{std::to_string(outcome.level) + " " + outcome.slug,
              grade::answer_in_words(outcome.question, outcome.predicted), dash, dash, dash};
  if (!outcome.measured.value) return cells;
  cells[2] = grade::answer_in_words(outcome.question, *outcome.measured.value);
  if (outcome.question.choices.empty()) {
    cells[3] = times_in_words(grade::times_off(outcome.predicted, *outcome.measured.value), style);
  }
  if (has_marks(outcome)) cells[4] = points_in_words(marks_of(outcome));
  return cells;
}

std::string table_line(const Cells& cells, const std::array<int, kCells>& widths) {
  std::string line = "  " + pad_right(cells[0], widths[0]);
  for (std::size_t i = 1; i < kCells; ++i) {
    line += repeated(" ", kBetweenCells) + pad_left(cells[i], widths[i]);
  }
  return line + "\n";
}

std::string table_of(const std::vector<PredictionOutcome>& outcomes, const Style& style) {
  std::vector<Cells> rows{{"", "yours", "measured", "off by", "marks"}};
  for (const auto& outcome : outcomes) rows.push_back(cells_of(outcome, style));
  std::array<int, kCells> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < kCells; ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text = dim(style, table_line(rows[0], widths));
  for (std::size_t i = 1; i < rows.size(); ++i) text += table_line(rows[i], widths);
  return text;
}

std::string paragraph(const std::string& text, const Style& style, bool quiet) {
  std::string lines;
  for (const auto& line : wrap(harmless(text, style.unicode), style.columns - 2)) {
    lines += "  " + (quiet ? dim(style, line) : line) + "\n";
  }
  return lines;
}

std::string explained(const PredictionOutcome& outcome, const Style& style) {
  std::string mark = yellow(style, glyphs(style).dash);
  std::string right(glyphs(style).dash);
  if (outcome.measured.value) {
    const double marks = marks_of(outcome);
    mark = marks == 1  ? green(style, glyphs(style).yes)
           : marks > 0 ? yellow(style, "~")
                       : red(style, glyphs(style).no);
    right = grade::answer_in_words(outcome.question, *outcome.measured.value);
  }
  const std::string heading = bold(style, std::to_string(outcome.level) + " " + outcome.slug);
  const std::string yours = grade::answer_in_words(outcome.question, outcome.predicted);
  return "\n" + mark + " " + heading + "   you: " + yours + "   measured: " + right + "\n" +
         paragraph(outcome.question.text, style, true) + "\n" +
         paragraph(outcome.measured.value ? outcome.measured.explanation
                                          : "Not measured: " + outcome.measured.explanation,
                   style, false);
}

}  // namespace

grade::PredictionScore score_of(const std::vector<PredictionOutcome>& outcomes) {
  grade::PredictionScore score;
  for (const auto& outcome : outcomes) {
    if (!has_marks(outcome)) continue;
    score.marks += marks_of(outcome);
    ++score.of;
  }
  return score;
}

std::string prediction_question(const std::string& heading,
                                const grade::PredictionQuestion& question, const Style& style) {
  std::string text = "\n" + bold(style, heading) + "\n" + paragraph(question.text, style, false);
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    text += "    " + grade::answer_in_words(question, static_cast<double>(i)) + "\n";
  }
  return text;
}

std::string predictions(const std::string& title, const std::vector<PredictionOutcome>& outcomes,
                        const Style& style) {
  const auto score = score_of(outcomes);
  std::string text = bold(style, title) + "\n\n" + table_of(outcomes, style);
  text += "\n  " + bold(style, points_in_words(score.marks) + " of " + std::to_string(score.of)) +
          " marks, outside the points\n" + paragraph(bands_in_words(style), style, true);
  std::map<int, std::string> too_late;
  for (const auto& outcome : outcomes) {
    if (!outcome.graded_before.empty()) too_late[outcome.level] = outcome.graded_before;
  }
  for (const auto& [level, run] : too_late) {
    text += paragraph("Level " + std::to_string(level) +
                          " had points before its predictions were "
                          "committed (" +
                          run + "): they don't count.",
                      style, false);
  }
  for (const auto& outcome : outcomes) text += explained(outcome, style);
  return text;
}

}  // namespace assay::report
