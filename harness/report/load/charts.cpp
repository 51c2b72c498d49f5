#include "report/load/charts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/percentile_chart.hpp"
#include "load/words.hpp"

namespace assay::report {
namespace {

using grade::Chart;
using load::Result;

constexpr double ns_in_ms = 1e6;
constexpr double wide_range = 8;  // of rates: from there on, each doubling gets as much room
const double nothing = std::numeric_limits<double>::quiet_NaN();

double percentile_ms(const Result& result, double percent) {
  const auto ns = load::percentile_ns(result.latency, percent);
  return ns ? static_cast<double>(*ns) / ns_in_ms : nothing;
}

Chart::Axis rate_axis(const std::vector<const Result*>& steps) {
  const bool wide =
      steps.back()->planned_rate_per_s >= wide_range * steps.front()->planned_rate_per_s;
  return {"offered", "1/s", wide ? Chart::Scale::logarithmic : Chart::Scale::linear};
}

// The highest rate that met the target; without a target, the highest that the server kept up with,
// if it did not with a higher one.
std::optional<Chart::Mark> knee_of(const load::Report& report,
                                   const std::vector<const Result*>& steps) {
  if (report.found) {
    if (!report.found->highest_met) return std::nullopt;
    const auto& target = report.found->target;
    return Chart::Mark{*report.found->highest_met, nothing,
                       fmt::format("{} within {} up to {}", load::percent_in_words(target.percent),
                                   load::rounded_ns(static_cast<double>(target.ns)),
                                   load::rate_in_words(*report.found->highest_met))};
  }
  const auto behind = std::find_if(steps.begin(), steps.end(),
                                   [](const auto* step) { return !load::kept_up(*step); });
  if (behind == steps.begin() || behind == steps.end()) return std::nullopt;
  const double rate = (*std::prev(behind))->planned_rate_per_s;
  return Chart::Mark{rate, nothing, fmt::format("keeps up until {}", load::rate_in_words(rate))};
}

// Of all that was offered, what did not get the answer that was wanted.
std::vector<Chart::Mark> wrong_at(const std::vector<const Result*>& steps) {
  std::vector<Chart::Mark> marks;
  for (const auto* step : steps) {
    const auto wrong = step->errors() + step->dropped + step->unfinished;
    if (wrong == 0) continue;
    const double p99 = percentile_ms(*step, 99);
    const double place = std::isfinite(p99) ? p99 : percentile_ms(*step, 50);
    marks.push_back({step->planned_rate_per_s, place,
                     fmt::format("{} of {} without the answer that was wanted",
                                 base::thousands(static_cast<std::int64_t>(wrong)),
                                 base::thousands(static_cast<std::int64_t>(step->offered)))});
  }
  return marks;
}

Chart latency_by_rate(const load::Report& report, const std::vector<const Result*>& steps) {
  Chart chart;
  chart.title = "How long answers take, by the rate that is offered";
  chart.x = rate_axis(steps);
  chart.y = {"latency", "ms", Chart::Scale::logarithmic};
  for (const double percent : {50.0, 99.0}) {
    Chart::Curve curve{load::percent_in_words(percent), {}, {}};
    for (const auto* step : steps) {
      curve.x.push_back(step->planned_rate_per_s);
      curve.y.push_back(percentile_ms(*step, percent));
    }
    chart.curves.push_back(std::move(curve));
  }
  chart.marks = wrong_at(steps);
  if (auto knee = knee_of(report, steps)) chart.marks.push_back(*knee);
  return chart;
}

Chart throughput_by_rate(const load::Report& report, const std::vector<const Result*>& steps) {
  Chart chart;
  chart.title = "What comes back in time, by the rate that is offered";
  chart.x = rate_axis(steps);
  chart.y = {"requests", "1/s", chart.x.scale};
  Chart::Curve came{"accepted", {}, {}};
  Chart::Curve offered{"offered", {}, {}};
  for (const auto* step : steps) {
    came.x.push_back(step->planned_rate_per_s);
    came.y.push_back(step->achieved_per_s());
    offered.x.push_back(step->planned_rate_per_s);
    offered.y.push_back(step->offered_per_s());
  }
  chart.curves = {came, offered};
  if (auto knee = knee_of(report, steps)) chart.marks.push_back(*knee);
  return chart;
}

}  // namespace

std::vector<const Result*> steps_by_rate(const load::Report& report) {
  std::vector<const Result*> closed;
  std::map<double, const Result*> open;
  for (const auto& step : report.steps) {
    if (step.closed_loop()) {
      closed.push_back(&step);
    } else {
      open[step.planned_rate_per_s] = &step;
    }
  }
  for (const auto& [rate, step] : open) closed.push_back(step);
  return closed;
}

std::vector<Chart> charts_by_rate(const load::Report& report) {
  const auto steps = steps_by_rate(report);
  if (steps.size() < 2 || steps.front()->closed_loop()) return {};
  return {latency_by_rate(report, steps), throughput_by_rate(report, steps)};
}

Chart percentiles_of(const std::vector<const Result*>& steps) {
  auto chart = grade::percentile_chart("How long answers take, by percentile");
  for (const auto* step : steps) {
    auto curve = grade::percentile_curve(name_of_step(*step), step->latency);
    if (!curve.x.empty()) chart.curves.push_back(std::move(curve));
  }
  return chart;
}

std::vector<Chart> charts_over_time(const Result& result) {
  Chart latency;
  latency.title = "How long answers take, second by second: " + name_of_step(result);
  latency.x = {"time", "s", Chart::Scale::linear};
  latency.y = {"latency", "ms", Chart::Scale::logarithmic};
  Chart requests;
  requests.title = "Requests, second by second: " + name_of_step(result);
  requests.x = latency.x;
  requests.y = {"requests", "1/s", Chart::Scale::linear};
  latency.curves = {{"p50", {}, {}}, {"p99", {}, {}}, {"maximum", {}, {}}};
  requests.curves = {{"accepted", {}, {}}, {"offered", {}, {}}, {"errors", {}, {}}};
  const auto add = [](Chart& chart, double x, std::array<double, 3> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      chart.curves[i].x.push_back(x);
      chart.curves[i].y.push_back(values.at(i));
    }
  };
  const auto ms = [](std::int64_t ns) {
    return ns > 0 ? static_cast<double>(ns) / ns_in_ms : nothing;
  };
  const std::size_t most = std::min(result.seconds.size(), grade::chart_points_max);
  for (std::size_t i = 0; i < most; ++i) {
    const auto& second = result.seconds[i];
    const auto x = static_cast<double>(i);
    add(latency, x, {ms(second.p50_ns), ms(second.p99_ns), ms(second.max_ns)});
    add(requests, x,
        {static_cast<double>(second.accepted), static_cast<double>(second.offered),
         static_cast<double>(second.errors)});
  }
  const auto late = std::find_if(result.seconds.begin(), result.seconds.end(),
                                 [](const auto& second) { return second.after_the_end; });
  if (late != result.seconds.end()) {
    const auto from = static_cast<double>(late - result.seconds.begin());
    const auto to = static_cast<double>(result.seconds.size());
    latency.bands = requests.bands = {{from, to, "after the end"}};
  }
  return {latency, requests};
}

std::string name_of_step(const Result& result) {
  return result.closed_loop() ? "closed loop"
                              : load::rate_in_words(result.planned_rate_per_s) + " a second";
}

}  // namespace assay::report
