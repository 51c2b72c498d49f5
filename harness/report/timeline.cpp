#include "report/timeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "report/figures.hpp"
#include "report/printable.hpp"
#include "report/row.hpp"
#include "report/scene.hpp"
#include "report/text.hpp"

namespace assay::report {
namespace {

using grade::Timeline;

constexpr int kMostColumnsOfPicture = 80;
constexpr int kIndent = 2;
constexpr int kWidestName = 12;
constexpr int kMostLevelRows = 5;
constexpr int kStepsPerRow = 8;  // a block character has eight heights

std::string bold_red(const Style& style, std::string_view text) {
  return red(style, bold(style, text));
}
std::string bold_green(const Style& style, std::string_view text) {
  return green(style, bold(style, text));
}

class Picture {
 public:
  Picture(const Timeline& timeline, const Style& style)
      : timeline_(timeline), style_(style), glyphs_(glyphs(style)), scale_(level_scale()) {
    level_name_ = clip(timeline.level_name, kWidestName, glyphs_.ellipsis);
    const int names = timeline.levels.empty() ? 0 : width(level_name_) + 1 + label_columns();
    gutter_ = kIndent + std::max(names, static_cast<int>(std::string_view("expected").size())) + 1;
    scene_ =
        set_scene(timeline, std::min(style.columns, kMostColumnsOfPicture) - gutter_ - 1, style);
  }

  std::vector<std::string> lines() {
    if (scene_.groups.empty()) return {};
    note_left_out();
    draw_levels();
    draw_axis();
    draw_times();
    if (scene_.labelled) draw_labels();
    draw_marks(
        "expected", [](const Timeline::Call& call) { return call.expected; }, '.');
    draw_marks(
        "yours", [](const Timeline::Call& call) { return call.came; }, '?');
    draw_pointers();
    draw_bracket();
    draw_legend();
    return std::move(lines_);
  }

 private:
  struct Scale {
    int rows = kMostLevelRows;
    double per_row = 1;
  };

  // A row for each unit where there are few; else rows of equal, round height if there are any.
  Scale level_scale() const {
    const double most = timeline_.level_max > 0 ? timeline_.level_max : 1;
    const auto even = [most](int rows) { return std::fmod(most, rows) == 0; };
    int rows = 4;
    if (most == 1) {
      rows = 2;
    } else if (most <= kMostLevelRows && even(1)) {
      rows = static_cast<int>(most);
    } else if (even(5) && !even(4)) {
      rows = 5;
    } else if (even(3) && !even(4)) {
      rows = 3;
    }
    return {rows, most / rows};
  }

  std::string label_of(int row) const {
    const double value = scale_.per_row * row;
    constexpr double kPlainBelow = 1e7;  // in between, only numbers that are short and exact
    if (row < scale_.rows && (value != std::floor(value) || value >= kPlainBelow)) return "";
    return level_in_words(value);
  }

  int label_columns() const {
    int columns = 1;
    for (int row = 0; row <= scale_.rows; ++row) columns = std::max(columns, width(label_of(row)));
    return columns;
  }

  // What stands left of the axis: a name at the margin, a number at the axis.
  std::string left(std::string_view name, std::string_view number = "") const {
    const int room = gutter_ - 1 - kIndent - width(number);
    const std::string text = repeated(" ", kIndent) + pad_right(name, room) + std::string(number);
    return dim(style_, text + " ");
  }

  void add(const std::string& gutter, std::string_view axis, const Row& row) {
    std::string line = gutter;
    line.append(dim(style_, axis)).append(row.text(style_));
    lines_.push_back(line.erase(line.find_last_not_of(' ') + 1));
  }

  void note_left_out() {
    const std::size_t all = timeline_.calls.size();
    if (scene_.first_call == 0 && scene_.last_call + 1 >= all) return;
    const std::string note = "calls " + std::to_string(scene_.first_call + 1) + " to " +
                             std::to_string(scene_.last_call + 1) + " of " + std::to_string(all);
    lines_.push_back(dim(style_, repeated(" ", kIndent) + note));
  }

  // Eighths of a row. Rounded down, so that a level just short of the next unit doesn't look like
  // it; but never down to nothing.
  int steps_of(double level) const {
    constexpr double kNoise = 1e-9;
    if (!(level > 0)) return 0;
    const double steps = std::min(level / scale_.per_row, 1.0 * scale_.rows) * kStepsPerRow;
    return std::max(1, static_cast<int>(std::floor(steps + kNoise)));
  }

  std::string_view block(int steps) const {
    static constexpr std::array<std::string_view, 9> kBlocks{" ", "▁", "▂", "▃", "▄",
                                                             "▅", "▆", "▇", "█"};
    static constexpr std::array<std::string_view, 9> kAscii{" ", ".", ".", ".", ":",
                                                            ":", ":", ":", "#"};
    const auto index = static_cast<std::size_t>(std::clamp(steps, 0, kStepsPerRow));
    return style_.unicode ? kBlocks[index] : kAscii[index];
  }

  void draw_levels() {
    if (timeline_.levels.empty()) return;
    const auto levels = levels_of(timeline_, scene_);
    for (int r = scale_.rows; r >= 1; --r) {
      Row row(scene_.columns);
      for (int column = 0; column < scene_.columns; ++column) {
        const auto& level = levels[static_cast<std::size_t>(column)];
        if (!level || is_cut(column)) continue;
        row.put(column, block(steps_of(*level) - (r - 1) * kStepsPerRow), cyan);
      }
      const std::string_view name = r == scale_.rows ? std::string_view(level_name_) : "";
      const std::string label = label_of(r);
      add(left(name, label), label.empty() ? glyphs_.quote : glyphs_.tick_left, row);
    }
  }

  // Where the stretch after group `i` is cut, if it is: the first of two columns.
  std::optional<int> cut_after(std::size_t i) const {
    if (!scene_.axis.places[i].cut_after) return std::nullopt;
    const int from = scene_.axis.places[i].column + std::max(1, scene_.groups[i].columns);
    return (from + scene_.axis.places[i + 1].column) / 2 - 1;
  }

  bool is_cut(int column) const {
    for (std::size_t i = 0; i < scene_.groups.size(); ++i) {
      const auto cut = cut_after(i);
      if (cut && (column == *cut || column == *cut + 1)) return true;
    }
    return false;
  }

  void draw_axis() {
    Row row(scene_.columns);
    row.put(0, repeated(glyphs_.axis, scene_.columns), dim);
    for (std::size_t i = 0; i < scene_.groups.size(); ++i) {
      const Scene::Group& group = scene_.groups[i];
      if (const auto cut = cut_after(i)) row.put(*cut, repeated(glyphs_.cut, 2), dim);
      const bool several = group.marks.size() > 1;
      const int columns = several ? group.marks.back().column - group.marks.front().column : 0;
      row.put(scene_.axis.places[i].column, repeated(glyphs_.same_axis, columns), dim);
      for (const Mark& mark : group.marks) {
        row.put(mark.column, several ? glyphs_.same_call : glyphs_.call, dim);
      }
    }
    const bool levels = !timeline_.levels.empty();
    add(left("", levels ? "0" : ""), levels ? glyphs_.tick_zero : glyphs_.axis, row);
  }

  void draw_times() {
    Row row(scene_.columns);
    for (const Axis::Place& place : scene_.axis.places) {
      row.put(place.column, place.label, dim);
    }
    add(left(""), " ", row);
  }

  void draw_labels() {
    Row row(scene_.columns);
    for (const Scene::Group& group : scene_.groups) {
      for (const Mark& mark : group.marks) row.put(mark.column, mark.label);
    }
    add(left("calls"), " ", row);
  }

  std::string_view glyph(std::optional<bool> answer, char unknown) const {
    if (answer) return *answer ? glyphs_.yes : glyphs_.no;
    if (unknown == '?') return "?";
    return style_.unicode ? glyphs_.dot : ".";
  }

  template <typename Answer>
  void draw_marks(std::string_view name, Answer answer, char unknown) {
    const Painter wrong = name == "yours" ? bold_red : bold_green;
    Row row(scene_.columns);
    for (const Scene::Group& group : scene_.groups) {
      for (const Mark& mark : group.marks) {
        const std::string_view text = glyph(answer(*mark.call), unknown);
        row.put(mark.column, text, mark.call->agrees ? plain : wrong);
      }
    }
    add(left(name), " ", row);
  }

  void draw_pointers() {
    Row row(scene_.columns);
    bool any = false;
    for (const Scene::Group& group : scene_.groups) {
      for (const Mark& mark : group.marks) {
        if (mark.call->agrees) continue;
        row.put(mark.column, glyphs_.pointer, red);
        any = true;
      }
    }
    if (any) add(left(""), " ", row);
  }

  void draw_bracket() {
    if (!scene_.bracket_from || !scene_.bracket_to) return;
    const int from = *scene_.bracket_from;
    const int span = *scene_.bracket_to - from + 1;
    const std::string& label = timeline_.bracket_label;
    const int room = std::min(style_.columns, kMostColumnsOfPicture) - gutter_ - 1;
    Row row(room);
    std::string bracket(glyphs_.bracket_left);
    if (span > 1) {
      bracket += repeated(glyphs_.bracket_line, span - 2);
      bracket += glyphs_.bracket_right;
    }
    row.put(from, bracket, yellow);
    if (width(label) + 6 <= span) {
      row.put(from + (span - width(label)) / 2 - 1, " " + label + " ", yellow);
      add(left(""), " ", row);
    } else if (from + span + 1 + width(label) <= room) {
      row.put(from + span + 1, label, yellow);
      add(left(""), " ", row);
    } else {
      add(left(""), " ", row);
      draw_bracket_label(from, room);
    }
  }

  void draw_bracket_label(int from, int room) {
    const int column = std::max(0, std::min(from, room - width(timeline_.bracket_label)));
    for (const std::string& line : wrap(timeline_.bracket_label, room - column)) {
      Row row(room);
      row.put(column, line, yellow);
      add(left(""), " ", row);
    }
  }

  void draw_legend() {
    bool unanswered = false, unjudged = false, together = false, cut = false;
    for (std::size_t i = 0; i < scene_.groups.size(); ++i) {
      together = together || scene_.groups[i].marks.size() > 1;
      cut = cut || cut_after(i).has_value();
      for (const Mark& mark : scene_.groups[i].marks) {
        unanswered = unanswered || !mark.call->came;
        unjudged = unjudged || !mark.call->expected;
      }
    }
    std::vector<std::string> parts{std::string(glyphs_.yes) + " admitted",
                                   std::string(glyphs_.no) + " denied"};
    if (unanswered) parts.emplace_back("? no answer");
    if (unjudged) parts.push_back(std::string(glyph(std::nullopt, '.')) + " not judged");
    if (together) {
      parts.push_back(std::string(glyphs_.same_call) + std::string(glyphs_.same_axis) +
                      std::string(glyphs_.same_call) + " same moment");
    }
    if (cut) parts.push_back(repeated(glyphs_.cut, 2) + " not to scale");
    std::string line;
    for (const std::string& part : parts) line += (line.empty() ? "" : "   ") + part;
    const int most = std::min(style_.columns, kMostColumnsOfPicture) - kIndent;
    for (const std::string& piece : wrap(line, most)) {
      lines_.push_back(dim(style_, repeated(" ", kIndent) + piece));
    }
  }

  const Timeline& timeline_;
  const Style& style_;
  const Glyphs& glyphs_;
  Scale scale_;
  std::string level_name_;
  int gutter_ = 0;
  Scene scene_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> draw(const grade::Timeline& timeline, const Style& style) {
  const grade::Timeline clean = printable(timeline, style);
  return Picture(clean, style).lines();
}

}  // namespace assay::report
