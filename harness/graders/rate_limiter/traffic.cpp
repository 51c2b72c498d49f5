#include "graders/rate_limiter/traffic.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "load/arrivals.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr const char* one_key = "a";
constexpr int phases = 20;              // in which a window is begun
constexpr std::int64_t calls_each = 8;  // for each that a window admits

bool admits(Model& model, std::int64_t at_ns) {
  return model.acquire({at_ns, one_key, 1}).admitted;
}

// Nobody calls for a while, and then somebody never stops. The most within any stretch.
std::int64_t most_after_silence(Policy policy, std::int64_t begin_ns, std::int64_t window_ns,
                                std::int64_t stretch_ns) {
  Model model(policy);
  std::deque<std::int64_t> recent;
  std::size_t most = 0;
  const auto call = [&](std::int64_t at_ns) {
    const bool admitted = admits(model, at_ns);
    if (admitted) recent.push_back(at_ns);
    while (!recent.empty() && at_ns - recent.front() >= stretch_ns) recent.pop_front();
    most = std::max(most, recent.size());
    return admitted;
  };
  while (call(begin_ns)) continue;  // ends: no policy admits more than its limit at one moment
  const std::int64_t step_ns = std::max<std::int64_t>(1, window_ns / (policy.limit * calls_each));
  const std::int64_t end_ns = begin_ns + window_ns + stretch_ns;
  for (std::int64_t at_ns = begin_ns + step_ns; at_ns < end_ns; at_ns += step_ns) call(at_ns);
  return static_cast<std::int64_t>(most);
}

}  // namespace

double Outcome::denied_percent() const {
  return calls == 0 ? 0
                    : 100.0 * static_cast<double>(calls - admitted) / static_cast<double>(calls);
}

Outcome play_at_random(std::uint64_t seed, Policy policy, double mean_gap_ns, std::int64_t calls) {
  Model model(policy);
  Outcome outcome{calls, 0};
  load::Arrivals arrivals(1e9 / mean_gap_ns, true, seed);
  for (std::int64_t i = 0; i < calls; ++i, arrivals.advance()) {
    outcome.admitted += admits(model, arrivals.next_ns()) ? 1 : 0;
  }
  return outcome;
}

Outcome play_a_herd(base::Random& random, Policy policy, std::int64_t callers,
                    std::int64_t jitter_ns) {
  using Arrival = std::pair<std::int64_t, std::int64_t>;  // when, and who
  Model model(policy);
  model.acquire({0, one_key, policy.limit});
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> due;
  for (std::int64_t i = 0; i < callers; ++i) due.emplace(0, i);
  Outcome outcome;
  while (!due.empty()) {  // ends: of those who come at one moment, one is admitted or told a wait
    const auto [now_ns, who] = due.top();
    due.pop();
    ++outcome.calls;
    const auto decision = model.acquire({now_ns, one_key, 1});
    outcome.admitted += decision.admitted ? 1 : 0;
    if (!decision.retry_after_ns) continue;
    due.emplace(now_ns + *decision.retry_after_ns + random.between(0, jitter_ns), who);
  }
  return outcome;
}

std::int64_t worst_stretch(Policy policy, std::int64_t stretch_ns) {
  const std::int64_t window_ns = policy.period_ns * (has_window(policy.kind) ? 1 : policy.limit);
  std::int64_t most = 0;
  for (int phase = 1; phase <= phases; ++phase) {
    const std::int64_t begin_ns = window_ns * phase / phases - 1;
    most = std::max(most, most_after_silence(policy, begin_ns, window_ns, stretch_ns));
  }
  return most;
}

Outcome play_bursts(Policy policy, std::int64_t burst, std::int64_t first_ns, std::int64_t every_ns,
                    std::int64_t times) {
  Model model(policy);
  Outcome outcome{burst * times, 0};
  for (std::int64_t i = 0; i < times; ++i) {
    for (std::int64_t call = 0; call < burst; ++call) {
      outcome.admitted += admits(model, first_ns + i * every_ns) ? 1 : 0;
    }
  }
  return outcome;
}

}  // namespace assay::graders::rate_limiter
