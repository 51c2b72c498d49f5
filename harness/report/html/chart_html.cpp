#include "report/html/chart_html.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "report/html/scale.hpp"
#include "report/json.hpp"

namespace assay::report {
namespace {

using grade::Chart;

constexpr int kChartWidth = 760;
constexpr int kChartHeight = 300;
constexpr int kLeft = 64;
constexpr int kRight = 30;
constexpr int kAbove = 26;
constexpr int kBelow = 46;
constexpr std::size_t kMostRows = 24;   // of the table, evenly among the points
constexpr std::size_t kCurveKinds = 6;  // that the style sheet tells apart

std::string named(const Chart::Axis& axis) {
  return axis.unit.empty() ? axis.name : fmt::format("{}, {}", axis.name, axis.unit);
}

std::string number(double value) { return fmt::format("{:g}", value); }

std::vector<double> all_of(const Chart& chart, const std::vector<double> Chart::Curve::*values) {
  std::vector<double> all;
  for (const auto& curve : chart.curves) {
    all.insert(all.end(), (curve.*values).begin(), (curve.*values).end());
  }
  return all;
}

std::string kind_of_curve(std::size_t number_of_curve) {
  return fmt::format("curve-{}", number_of_curve % kCurveKinds);
}

class ChartPicture {
 public:
  ChartPicture(Markup& page, const Chart& chart)
      : page_(page),
        chart_(chart),
        x_(chart.x.scale, all_of(chart, &Chart::Curve::x)),
        y_(chart.y.scale, all_of(chart, &Chart::Curve::y)) {}

  void draw() {
    page_.open("svg", {{"viewBox", fmt::format("0 0 {} {}", kChartWidth, kChartHeight)},
                       {"width", std::to_string(kChartWidth)},
                       {"height", std::to_string(kChartHeight)},
                       {"role", "img"},
                       {"class", "chart"}});
    page_.element("title", chart_.title);
    for (const auto& band : chart_.bands) draw_band(band);
    draw_axes();
    for (std::size_t i = 0; i < chart_.curves.size(); ++i) draw_curve(i);
    for (const auto& mark : chart_.marks) draw_mark(mark);
    page_.close();
  }

 private:
  double left(double value) const {
    const double place = std::clamp(x_.place(value), 0.0, 1.0);
    return kLeft + place * (kChartWidth - kLeft - kRight);
  }
  double top(double value) const {
    return kChartHeight - kBelow - y_.place(value) * (kChartHeight - kAbove - kBelow);
  }

  void words(double x, double y, std::string_view anchor, std::string_view text,
             std::string_view kind = "quiet") {
    page_.element("text",
                  {{"x", number(x)}, {"y", number(y)}, {"text-anchor", anchor}, {"class", kind}},
                  text);
  }

  void stroke(double x1, double y1, double x2, double y2, std::string_view kind) {
    page_.element("line", {{"x1", number(x1)},
                           {"y1", number(y1)},
                           {"x2", number(x2)},
                           {"y2", number(y2)},
                           {"class", kind}});
  }

  void draw_band(const Chart::Band& band) {
    const double from = left(band.from);
    page_.element("rect", {{"x", number(from)},
                           {"y", std::to_string(kAbove)},
                           {"width", number(std::max(1.0, left(band.to) - from))},
                           {"height", std::to_string(kChartHeight - kAbove - kBelow)},
                           {"class", "band"}});
    words(from + 4, kAbove + 14, "start", band.name, "band-name");
  }

  void draw_axes() {
    const double bottom = kChartHeight - kBelow;
    for (const auto& tick : y_.ticks()) {
      stroke(kLeft, top(tick.value), kChartWidth - kRight, top(tick.value), "grid");
      words(kLeft - 8, top(tick.value) + 4, "end", tick.label);
    }
    for (const auto& tick : x_.ticks()) {
      stroke(left(tick.value), bottom, left(tick.value), bottom + 5, "axis");
      words(left(tick.value), bottom + 18, "middle", tick.label);
    }
    stroke(kLeft, bottom, kChartWidth - kRight, bottom, "axis");
    words(kChartWidth - kRight, kChartHeight - 8, "end", named(chart_.x));
    words(4, 14, "start", named(chart_.y));
  }

  // Where nothing was seen, the line breaks.
  void draw_curve(std::size_t number_of_curve) {
    const auto& curve = chart_.curves[number_of_curve];
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      const bool seen = std::isfinite(y_.place(curve.y[i])) && std::isfinite(curve.x[i]);
      if (seen) {
        path +=
            fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", left(curve.x[i]), top(curve.y[i]));
      }
      drawing = seen;
    }
    page_.element("path", {{"d", path}, {"class", kind_of_curve(number_of_curve)}});
  }

  // A cross where something was wrong, or a line across, with its name on the side that has room.
  void draw_mark(const Chart::Mark& mark) {
    const double x = left(mark.x);
    if (std::isfinite(y_.place(mark.y))) {
      const double y = top(mark.y);
      page_.open("path", {{"d", fmt::format("M{0:.1f} {1:.1f}l10 10m0 -10l-10 10", x - 5, y - 5)},
                          {"class", "cross"}});
      page_.element("title", mark.name).close();
      return;
    }
    const bool has_room = x < kChartWidth / 2.0;
    stroke(x, kAbove, x, kChartHeight - kBelow, "limit");
    words(x + (has_room ? 6 : -6), kAbove + 30, has_room ? "start" : "end", mark.name,
          "limit-name");
  }

  Markup& page_;
  const Chart& chart_;
  const ChartScale x_;
  const ChartScale y_;
};

std::string cell(const Chart::Curve& curve, double x) {
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (curve.x[i] == x && std::isfinite(curve.y[i])) return fmt::format("{:.4g}", curve.y[i]);
  }
  return "–";
}

void add_sample(Markup& page, std::string_view shape, std::string_view kind,
                std::string_view name) {
  page.open("li").open("svg", {{"class", "chart"},
                               {"width", "28"},
                               {"height", "12"},
                               {"viewBox", "0 0 28 12"},
                               {"aria-hidden", "true"}});
  page.element("path", {{"d", shape}, {"class", kind}}).close().text(name).close();
}

// Which line is which.
void add_key(Markup& page, const Chart& chart) {
  page.open("ul", {{"class", "key"}});
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    add_sample(page, "M0 6h26", kind_of_curve(i), chart.curves[i].name);
  }
  page.close();
}

// Beneath the chart, whether a script has drawn it or not.
void add_key_of_crosses(Markup& page, const Chart& chart) {
  const bool any = std::any_of(chart.marks.begin(), chart.marks.end(),
                               [](const auto& mark) { return std::isfinite(mark.y); });
  if (!any) return;
  page.open("ul", {{"class", "key"}});
  add_sample(page, "M8 1l10 10m0 -10l-10 10", "cross", "something wrong there: see the numbers");
  page.close();
}

void add_marks(Markup& page, const Chart& chart) {
  if (chart.marks.empty()) return;
  page.open("ul", {{"class", "marks"}});
  for (const auto& mark : chart.marks) {
    page.element("li", fmt::format("{} {:.6g}: {}", chart.x.name, mark.x, mark.name));
  }
  page.close();
}

void add_table(Markup& page, const Chart& chart) {
  std::set<double> places;
  for (const auto& curve : chart.curves) places.insert(curve.x.begin(), curve.x.end());
  const std::size_t every = 1 + (places.size() - 1) / kMostRows;
  page.open("details", {{"class", "numbers"}}).element("summary", "The numbers");
  page.open("div", {{"class", "wide"}}).open("table").open("thead").open("tr");
  page.element("th", {{"scope", "col"}}, named(chart.x));
  for (const auto& curve : chart.curves) {
    page.element("th", {{"scope", "col"}}, fmt::format("{} ({})", curve.name, named(chart.y)));
  }
  page.close().close().open("tbody");
  std::size_t row = 0;
  for (const double x : places) {
    if (row++ % every != 0) continue;
    page.open("tr").element("th", {{"scope", "row"}}, fmt::format("{:.6g}", x));
    for (const auto& curve : chart.curves) page.element("td", cell(curve, x));
    page.close();
  }
  page.close().close().close();
  add_marks(page, chart);
  page.close();
}

}  // namespace

void add_chart(Markup& page, const Chart& chart) {
  if (chart.curves.empty() || chart.curves.front().x.empty()) return;
  page.open("figure", {{"class", "wide"}}).element("figcaption", chart.title);
  page.open("div", {{"class", "plot"}}).open("div", {{"class", "still"}});
  ChartPicture(page, chart).draw();
  add_key(page, chart);
  page.close().close();
  add_key_of_crosses(page, chart);
  page.open("script", {{"type", "application/json"}, {"class", "curves"}});
  page.add(embedded_json(chart_json(chart))).close();
  add_table(page, chart);
  page.close();
}

}  // namespace assay::report
