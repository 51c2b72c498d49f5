#include "report/html/timeline_svg.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "report/figures.hpp"
#include "report/html/markup.hpp"
#include "report/scene.hpp"

namespace assay::report {
namespace {

using grade::Timeline;

constexpr int kColumns = 96;  // of the scene
constexpr int kColumnWidth = 9;
constexpr int kGutter = 84;
constexpr int kTop = 10;
constexpr int kLevelHeight = 96;
constexpr int kRow = 22;
constexpr int kMarkRadius = 6;

std::string px(double value) { return fmt::format("{:g}", value); }

class SvgPicture {
 public:
  explicit SvgPicture(const Timeline& timeline)
      : timeline_(timeline), scene_(set_scene(timeline, kColumns, Style{false, true, kColumns})) {}

  std::string markup() {
    if (scene_.groups.empty()) return "";
    const int height = row(3) + (timeline_.bracket_label.empty() ? 12 : 2 * kRow);
    const int width = kGutter + (scene_.columns + 2) * kColumnWidth;
    const auto box = fmt::format("0 0 {} {}", width, height);
    svg_.open("svg", {{"viewBox", box},
                      {"width", px(width)},
                      {"height", px(height)},
                      {"role", "img"},
                      {"class", "timeline"}});
    svg_.element("title", description());
    if (!timeline_.levels.empty()) draw_level();
    draw_axis();
    draw_calls();
    draw_bracket();
    svg_.close();
    return svg_.take();
  }

 private:
  double x_of(double column) const { return kGutter + (column + 0.5) * kColumnWidth; }
  int axis_y() const { return kTop + (timeline_.levels.empty() ? 0 : kLevelHeight); }
  int row(int number) const { return axis_y() + kRow * (number + 1); }
  double y_of(double level) const {
    const double most = timeline_.level_max > 0 ? timeline_.level_max : 1;
    return axis_y() - std::clamp(level / most, 0.0, 1.0) * (kLevelHeight - 8);
  }

  std::string description() const {
    const auto wrong = std::count_if(timeline_.calls.begin(), timeline_.calls.end(),
                                     [](const Timeline::Call& call) { return !call.agrees; });
    return fmt::format("{} calls on a time axis; {} came out otherwise than expected",
                       timeline_.calls.size(), wrong);
  }

  void label(double x, double y, std::string_view text, std::string_view anchor = "end",
             std::string_view kind = "quiet") {
    svg_.element("text", {{"x", px(x)}, {"y", px(y)}, {"text-anchor", anchor}, {"class", kind}},
                 text);
  }

  void line(double x1, double y1, double x2, double y2, std::string_view kind) {
    svg_.element("line",
                 {{"x1", px(x1)}, {"y1", px(y1)}, {"x2", px(x2)}, {"y2", px(y2)}, {"class", kind}});
  }

  void draw_level() {
    std::string path;
    std::string area;
    const auto levels = levels_of(timeline_, scene_);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (!levels[i]) continue;
      const double x = x_of(static_cast<double>(i));
      path += fmt::format("{}{:g} {:g}", path.empty() ? "M" : "L", x, y_of(*levels[i]));
      if (area.empty()) area = fmt::format("M{:g} {}", x, axis_y());
      area += fmt::format("L{:g} {:g}", x, y_of(*levels[i]));
      last_x_ = x;
    }
    if (path.empty()) return;
    area += fmt::format("L{:g} {}Z", last_x_, axis_y());
    svg_.element("path", {{"d", area}, {"class", "area"}});
    svg_.element("path", {{"d", path}, {"class", "level"}});
    label(kGutter - 8, y_of(timeline_.level_max) + 4, level_in_words(timeline_.level_max));
    label(kGutter - 8, axis_y() + 4, "0");
    label(4, y_of(timeline_.level_max) + 4, timeline_.level_name, "start");
  }

  void draw_axis() {
    line(kGutter, axis_y(), x_of(scene_.columns), axis_y(), "axis");
    for (std::size_t i = 0; i < scene_.axis.places.size(); ++i) {
      const auto& place = scene_.axis.places[i];
      const double x = x_of(place.column);
      line(x, axis_y(), x, axis_y() + 5, "axis");
      label(x, row(0), place.label, place.column < 4 ? "start" : "middle");
      if (!place.cut_after || i + 1 == scene_.axis.places.size()) continue;
      const double middle = (x + x_of(scene_.axis.places[i + 1].column)) / 2;
      // Two strokes across the axis: this stretch is not to scale.
      for (const int offset : {-3, 3}) {
        line(middle + offset - 2, axis_y() + 5, middle + offset + 2, axis_y() - 5, "cut");
      }
    }
  }

  // A tick for admitted and a cross for denied: told apart by shape, not by colour alone.
  void draw_mark(const std::optional<bool>& admitted, double x, double y, bool agrees) {
    const std::string_view kind = agrees ? "mark" : "mark wrong";
    if (!admitted) {
      label(x, y + 4, "?", "middle");
      return;
    }
    const double r = kMarkRadius;
    const auto shape = *admitted ? fmt::format("M{:g} {:g}L{:g} {:g}L{:g} {:g}", x - r, y,
                                               x - r / 3, y + r * 0.7, x + r, y - r)
                                 : fmt::format("M{0:g} {1:g}L{2:g} {3:g}M{0:g} {3:g}L{2:g} {1:g}",
                                               x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8);
    svg_.element("path", {{"d", shape}, {"class", kind}});
  }

  void draw_calls() {
    if (scene_.labelled) label(kGutter - 8, row(1), "calls");
    label(kGutter - 8, row(2), "expected");
    label(kGutter - 8, row(3), "yours");
    for (const auto& group : scene_.groups) {
      for (const auto& mark : group.marks) {
        const double x = x_of(mark.column);
        label(x, row(1), mark.label, "middle");
        draw_mark(mark.call->expected, x, row(2) - 4, true);
        draw_mark(mark.call->came, x, row(3) - 4, mark.call->agrees);
        if (!mark.call->agrees) line(x, kTop, x, row(3) + 6, "pointer");
      }
    }
  }

  void draw_bracket() {
    if (timeline_.bracket_label.empty() || !scene_.bracket_from || !scene_.bracket_to) return;
    const double from = x_of(*scene_.bracket_from);
    const double to = x_of(*scene_.bracket_to);
    const double y = row(3) + 12;
    svg_.element(
        "path", {{"d", fmt::format("M{0:g} {1:g}v6H{2:g}v-6", from, y, to)}, {"class", "bracket"}});
    label((from + to) / 2, y + 20, timeline_.bracket_label, "middle", "told");
  }

  const Timeline& timeline_;
  const Scene scene_;
  Markup svg_;
  double last_x_ = 0;
};

}  // namespace

std::string timeline_svg(const Timeline& timeline) { return SvgPicture(timeline).markup(); }

}  // namespace assay::report
