#include "graders/rate_limiter/fleet/latencies.hpp"

#include <algorithm>

#include "graders/rate_limiter/fleet/check.hpp"
#include "graders/rate_limiter/fleet/log.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr double ns_in_s = 1e9;

bool is_fault(const FleetEvent& event) {
  return (event.who == "gates" || event.who == "redis") && event.came == "done";
}

// A world's fault, until the next one heals it; without that, until the end. Of more faults, each
// is over too soon to see how long calls take meanwhile.
struct Broken {
  std::int64_t from_ns;
  std::int64_t to_ns;
};

std::optional<Broken> broken_in(const std::vector<FleetEvent>& events) {
  const auto begins = std::find_if(events.begin(), events.end(), is_fault);
  if (begins == events.end()) return std::nullopt;
  if (std::count_if(begins, events.end(), is_fault) > 2) return std::nullopt;
  const auto ends = std::find_if(begins + 1, events.end(), is_fault);
  std::int64_t last_ns = begins->from_ns;
  for (const auto& event : events) last_ns = std::max(last_ns, event.to_ns);
  return Broken{begins->from_ns, ends == events.end() ? last_ns : ends->from_ns};
}

grade::Chart::Curve curve_of(const std::string& world, const std::vector<FleetEvent>& events,
                             std::int64_t from_ns) {
  grade::Chart::Curve curve{world, {}, {}};
  for (const auto& event : events) {
    if (!event.ended || !call_of(event)) continue;
    curve.x.push_back(static_cast<double>(event.from_ns - from_ns) / ns_in_s);
    curve.y.push_back(static_cast<double>(event.to_ns - event.from_ns) /
                      static_cast<double>(fleet_ms));
  }
  return curve;
}

}  // namespace

std::optional<grade::Chart> latencies_around_faults(
    const std::vector<grade::Conversation>& worlds) {
  grade::Chart chart;
  chart.title = "How long calls took, from when Redis was lost";
  chart.x = {"time", "s", grade::Chart::Scale::linear};
  chart.y = {"latency", "ms", grade::Chart::Scale::logarithmic};
  double longest_s = 0;
  for (const auto& world : worlds) {
    const auto events = fleet_events(world);
    const auto broken = broken_in(events);
    if (!broken) continue;
    auto curve = curve_of(world.name, events, broken->from_ns);
    if (curve.x.empty()) continue;
    chart.curves.push_back(std::move(curve));
    longest_s = std::max(longest_s, static_cast<double>(broken->to_ns - broken->from_ns) / ns_in_s);
  }
  if (chart.curves.empty()) return std::nullopt;
  chart.bands = {{0, longest_s, "without Redis"}};
  return chart;
}

}  // namespace assay::graders::rate_limiter
