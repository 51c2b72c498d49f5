#include "grade/percentile_chart.hpp"

#include <cmath>
#include <utility>

namespace assay::grade {
namespace {

constexpr int points_for_a_nine = 20;
constexpr int nines_max = 5;                 // 99.999 %
constexpr std::uint64_t fewest_beyond = 10;  // else it would be the opinion of a few
constexpr double ns_in_ms = 1e6;

}  // namespace

Chart percentile_chart(std::string title) {
  Chart chart;
  chart.title = std::move(title);
  chart.x = {"share of answers", "%", Chart::Scale::nines};
  chart.y = {"latency", "ms", Chart::Scale::logarithmic};
  return chart;
}

Chart::Curve percentile_curve(std::string name, const base::Histogram& latency) {
  Chart::Curve curve{std::move(name), {}, {}};
  for (int i = 0; i <= nines_max * points_for_a_nine; ++i) {
    const double percent = 100 * (1 - std::pow(10, -static_cast<double>(i) / points_for_a_nine));
    if (latency.beyond(percent) < fewest_beyond) break;
    curve.x.push_back(percent);
    curve.y.push_back(static_cast<double>(latency.percentile_ns(percent)) / ns_in_ms);
  }
  return curve;
}

}  // namespace assay::grade
