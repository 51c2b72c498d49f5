#include "report/steps.hpp"

#include <algorithm>
#include <cstddef>

#include "report/text.hpp"

namespace assay::report {
namespace {

constexpr std::size_t kMostSteps = 60;  // a shrunk script has at most a dozen
constexpr int kGap = 3;
constexpr int kNarrowestNote = 24;

struct Columns {
  int number = 0, at = 0, did = 0, came = 0;

  int before_came() const { return 2 + number + 2 + (at == 0 ? 0 : at + kGap) + did + kGap; }
  int before_note() const { return before_came() + came + kGap; }
};

std::string came_of(const grade::Step& step, const Style& style) {
  return std::string(glyphs(style).arrow) + " " + (step.came.empty() ? "no answer" : step.came);
}

std::string expected_of(const grade::Step& step) {
  if (!step.agrees) return "expected: " + step.expected;
  return step.expected.empty() ? "" : "as expected";
}

bool is_time(const std::string& at) { return at.starts_with("t = "); }

// The same was done, and the same came of it, perhaps at another time (but by the same thread).
bool repeats(const grade::Step& step, const grade::Step& before) {
  const bool same_place = step.at == before.at || (is_time(step.at) && is_time(before.at));
  return step.agrees && before.agrees && same_place && step.did == before.did &&
         step.came == before.came && step.expected == before.expected;
}

// "×3", or "×3 until t = 1.5 s", for steps that are one after the other the same.
std::string count_of(std::size_t times, const grade::Step& first, const grade::Step& last,
                     const Style& style) {
  if (times == 1) return "";
  const std::string count = std::string(glyphs(style).times) + std::to_string(times);
  return last.at == first.at ? count : count + " until " + last.at;
}

std::string why_of(const grade::Step& step) {
  return step.agrees || step.why.empty() ? "" : "(" + step.why + ")";
}

Columns measure(const std::vector<grade::Step>& steps, const Style& style) {
  Columns columns;
  columns.number = static_cast<int>(std::to_string(steps.size()).size()) + 2;
  for (const grade::Step& step : steps) {
    columns.at = std::max(columns.at, width(step.at));
    columns.did = std::max(columns.did, width(step.did));
    columns.came = std::max(columns.came, width(came_of(step, style)));
  }
  // Too wide for one line: the answers go beneath what was done.
  columns.did = std::min(columns.did, std::max(1, style.columns - 12 - columns.at));
  return columns;
}

class Table {
 public:
  Table(const std::vector<grade::Step>& steps, const Style& style)
      : style_(style), columns_(measure(steps, style)) {
    stacked_ = columns_.before_came() + columns_.came > style.columns;
  }

  // `count` says how often it was done, if more than once.
  void add(std::size_t number, const grade::Step& step, const std::string& count) {
    const std::string mark(step.agrees ? " " : glyphs(style_).no);
    std::string line = " " + (step.agrees ? mark : red(style_, mark));
    line += pad_left(std::to_string(number) + ".", columns_.number) + "  ";
    if (columns_.at > 0) line += pad_right(step.at, columns_.at + kGap);
    const std::string came = came_of(step, style_);
    if (stacked_) {
      lines_.push_back(line + step.did);
      line = repeated(" ", indent());
      line += came_painted(step, came);
    } else {
      line += pad_right(step.did, columns_.did + kGap) + came_painted(step, came);
    }
    add_note(step, line, count);
  }

  std::vector<std::string> lines() { return std::move(lines_); }

 private:
  int indent() const { return stacked_ ? columns_.number + 4 : columns_.before_came(); }

  std::string came_painted(const grade::Step& step, const std::string& came) const {
    return step.agrees ? came : red(style_, came);
  }

  // Beside the answer where it fits on the line, else beneath it.
  void add_note(const grade::Step& step, const std::string& line, const std::string& count) {
    std::string expected = expected_of(step);
    if (!count.empty()) expected = expected.empty() ? count : count + ", " + expected;
    const std::string why = why_of(step);
    const std::string note = why.empty() ? expected : expected + " " + why;
    const int column = stacked_ ? width(line) + kGap : columns_.before_note();
    const bool fits = column + width(note) <= style_.columns;
    if (!note.empty() && fits) {
      lines_.push_back(pad_right(line, column) + painted(step, note));
      return;
    }
    lines_.push_back(line);
    if (!note.empty()) add_beneath(step, expected, why);
  }

  void add_beneath(const grade::Step& step, const std::string& expected, const std::string& why) {
    const int beneath_answer = indent() + 2;
    const bool narrow = style_.columns - beneath_answer < kNarrowestNote;
    const int start = narrow ? columns_.number + 4 : beneath_answer;
    for (const std::string& text : {expected, why}) {
      if (text.empty()) continue;
      for (const std::string& piece : wrap(text, style_.columns - start)) {
        lines_.push_back(repeated(" ", start) + painted(step, piece));
      }
    }
  }

  std::string painted(const grade::Step& step, const std::string& note) const {
    return step.agrees ? dim(style_, note) : green(style_, note);
  }

  const Style& style_;
  Columns columns_;
  bool stacked_ = false;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> steps_table(const std::vector<grade::Step>& steps, const Style& style) {
  const std::size_t left_out = steps.size() > kMostSteps ? steps.size() - kMostSteps : 0;
  Table table(steps, style);
  for (std::size_t i = left_out, next; i < steps.size(); i = next) {
    next = i + 1;
    while (next < steps.size() && repeats(steps[next], steps[i])) ++next;
    table.add(i + 1, steps[i], count_of(next - i, steps[i], steps[next - 1], style));
  }
  std::vector<std::string> lines = table.lines();
  if (left_out > 0) {
    const std::string note = "  (the first " + std::to_string(left_out) + " steps are not shown)";
    lines.insert(lines.begin(), dim(style, note));
  }
  return lines;
}

}  // namespace assay::report
