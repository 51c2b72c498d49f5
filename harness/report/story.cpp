#include "report/story.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "report/figures.hpp"
#include "report/printable.hpp"
#include "report/steps.hpp"
#include "report/terminal.hpp"
#include "report/text.hpp"
#include "report/timeline.hpp"

namespace assay::report {
namespace {

using grade::CheckResult;
using grade::Verdict;

constexpr std::size_t kMostOutputLines = 12;
constexpr int kMostOutputColumns = 200;  // of a line

std::string points_note(const CheckResult& check) {
  if (check.max_points == 0) return "no points";
  const std::string number = points_in_words(check.max_points);
  const std::string most = number + (number == "1" ? " point" : " points");
  if (grade::counts(check.verdict)) return points_in_words(check.points) + " of " + most;
  return std::string(name_of(check.verdict)) + ", " + most + " not counted";
}

std::string headed(const CheckResult& check, const Style& style) {
  return mark_of(check.verdict, style) + " " + bold(style, check.id + " " + check.title);
}

std::vector<std::string> heading(const CheckResult& check, const Style& style) {
  return at_both_margins(headed(check, style), points_note(check), style);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class Story {
 public:
  Story(const CheckResult& check, const Style& style) : check_(check), style_(style) {
    lines_ = heading(check, style);
  }

  std::vector<std::string> full() {
    begin_part();
    add_wrapped(check_.situation);
    begin_part();
    add_all(steps_table(check_.steps, style_));
    add_shrinking();
    begin_part();
    if (check_.timeline) add_all(draw(*check_.timeline, style_));
    add_picture();
    begin_part();
    add_wrapped(check_.reason);
    add_mistakes();
    begin_part();
    add_output();
    begin_part();
    add_ways_on();
    return finished();
  }

  std::vector<std::string> brief() {
    add_wrapped(check_.reason);
    add_mistakes();
    add_ways_on();
    return finished();
  }

 private:
  // An empty line before the next line that is added.
  void begin_part() { part_begins_ = true; }

  void add(const std::string& line) {
    if (part_begins_ && !lines_.back().empty()) lines_.emplace_back();
    part_begins_ = false;
    lines_.push_back(line);
  }

  void add_all(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) add(line);
  }

  // With a name before it, under which its further lines are indented.
  void add_wrapped(std::string_view text, std::string_view name = "",
                   std::string (*painter)(const Style&, std::string_view) = nullptr) {
    if (text.empty()) return;
    std::string before = "  " + std::string(name);
    for (const std::string& piece : wrap(text, style_.columns - width(before))) {
      add(before + (painter == nullptr ? piece : painter(style_, piece)));
      before = repeated(" ", width(before));
    }
  }

  void add_shrinking() {
    if (check_.shrunk_from <= static_cast<std::int64_t>(check_.steps.size())) return;
    const std::string from = std::to_string(check_.shrunk_from);
    add(dim(style_, "  (shrunk from " + from + " operations to these)"));
  }

  // Drawn by the check, so that its lines are not wrapped.
  void add_picture() {
    for (const std::string& line : lines_of(check_.picture)) {
      add(line.empty() ? "" : "  " + clip(line, style_.columns - 2, glyphs(style_).ellipsis));
    }
  }

  void add_mistakes() {
    const bool one = check_.mistakes.size() == 1;
    if (one) add_wrapped(check_.mistakes.front(), "It looks like: ", bold);
    if (check_.mistakes.size() > 1) add("  It looks like one of these:");
    if (check_.mistakes.size() > 1) {
      for (const std::string& mistake : check_.mistakes) {
        add_wrapped(mistake, std::string(style_.unicode ? "· " : "* "), bold);
      }
    }
    if (!check_.mistakes.empty()) {
      add_wrapped(one ? "A solution with that mistake gives these same answers."
                      : "A solution with any one of those mistakes gives these same answers.",
                  "", dim);
    }
  }

  void add_output() {
    const std::vector<std::string> lines = lines_of(check_.output);
    if (lines.empty()) return;
    add("  Your solution printed, last:");
    const std::size_t first = lines.size() - std::min(lines.size(), kMostOutputLines);
    for (std::size_t i = first; i < lines.size(); ++i) {
      for (const std::string& piece :
           wrap(clip(lines[i], kMostOutputColumns, glyphs(style_).ellipsis), style_.columns - 4)) {
        add("  " + dim(style_, glyphs(style_).quote) + " " + piece);
      }
    }
  }

  void add_ways_on() {
    const std::string arrow(glyphs(style_).arrow);
    if (!check_.where.empty()) add("  " + pad_right(arrow, 8) + cyan(style_, check_.where));
    if (!check_.replay.empty()) add("  " + pad_right("again:", 8) + cyan(style_, check_.replay));
  }

  std::vector<std::string> finished() { return std::move(lines_); }

  const CheckResult& check_;
  const Style& style_;
  std::vector<std::string> lines_;
  bool part_begins_ = false;
};

}  // namespace

std::string mark_of(Verdict verdict, const Style& style) {
  switch (verdict) {
    case Verdict::pass:
      return green(style, glyphs(style).yes);
    case Verdict::fail:
      return red(style, glyphs(style).no);
    case Verdict::unknown:
      return yellow(style, "?");
    case Verdict::noisy:
      return yellow(style, "~");
    case Verdict::unavailable:
    case Verdict::not_attempted:
      return dim(style, glyphs(style).dash);
    case Verdict::error:
      return red(style, "!");
  }
  return "!";
}

std::vector<std::string> full_story(const CheckResult& check, const Style& style) {
  return Story(check, style).full();
}

std::vector<std::string> brief_story(const CheckResult& check, const Style& style) {
  return Story(check, style).brief();
}

std::vector<std::string> same_story(const CheckResult& check, const std::string& as,
                                    const Style& style) {
  return at_both_margins(headed(check, style), "as " + as, style);
}

std::vector<std::string> at_both_margins(const std::string& left, const std::string& right,
                                         const Style& style) {
  const int room = style.columns - width(right);
  if (width(left) + 2 <= room) return {pad_right(left, room) + right};
  return {left, pad_left(right, style.columns)};
}

std::string check_story(const CheckResult& check, const Style& style) {
  std::string text;
  for (const std::string& line : full_story(printable(check, style), style)) text += line + "\n";
  return text;
}

}  // namespace assay::report
