// Levels 4 to 6: fleets, gateways and hierarchies, each as a small model that runs what is asked.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <queue>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/limiter/scenario.hpp"
#include "graders/rate_limiter/predictions.hpp"
#include "load/arrivals.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Measured;
using grade::PredictionQuestion;

constexpr std::int64_t second_ns = 1'000 * ms;

// Nodes that take tokens from one budget, a lease at a time, and decide by themselves.
class LeasingFleet {
 public:
  LeasingFleet(std::int64_t budget, std::int64_t lease, std::size_t nodes)
      : budget_(budget), lease_(lease), held_(nodes, 0) {}

  bool admits(std::size_t node) {
    std::int64_t& held = held_[node];
    if (held == 0) {
      held = std::min(lease_, budget_);
      budget_ -= held;
    }
    if (held == 0) return false;
    --held;
    return true;
  }

 private:
  std::int64_t budget_;
  const std::int64_t lease_;
  std::vector<std::int64_t> held_;
};

PredictionQuestion ask_stranded_tokens(base::Random& random) {
  const std::int64_t nodes = random.between(3, 9);
  const std::int64_t lease = random.between(1, 6) * 10;
  const std::int64_t budget = nodes * lease * random.between(3, 6);
  const auto measure = [=](grade::Workbench&) -> Measured {
    LeasingFleet fleet(budget, lease, static_cast<std::size_t>(nodes));
    std::int64_t admitted = 0;
    for (std::int64_t call = 0; call < 2 * budget; ++call) {
      const auto node = static_cast<std::size_t>(call < nodes ? call : 0);
      admitted += fleet.admits(node) ? 1 : 0;
    }
    const std::int64_t stranded = budget - admitted;
    return {static_cast<double>(stranded),
            fmt::format("{} of {} calls were admitted, and {} tokens lay where nobody asked: {} "
                        "nodes had a lease of {} each, and had used one. {:.1f} % of the budget "
                        "is denied to a customer who has it. Smaller leases strand less and cost "
                        "more round trips: with leases of 1 it would be none, and {} round trips "
                        "instead of {}.",
                        admitted, budget, stranded, nodes - 1, lease,
                        100.0 * static_cast<double>(stranded) / static_cast<double>(budget), budget,
                        budget / lease)};
  };
  return {fmt::format("{} nodes share a budget of {} calls a minute in Redis. A node that has no "
                      "token takes a lease of {} and decides by itself until they are used up. At "
                      "the start of a minute each node gets one call; then the load balancer sends "
                      "everything to one of them, far more than the budget. How many of the {} "
                      "tokens are never used?",
                      nodes, budget, lease, budget),
          "tokens",
          1e6,
          {},
          measure};
}

struct StoreOutage {
  std::int64_t rate = 1;      // tokens a second
  std::int64_t capacity = 1;  // of the bucket
  std::int64_t offered = 1;   // calls a second, evenly
  std::int64_t seconds = 1;   // that the store is gone

  // How many are admitted from `before` an outage until the bucket is empty again.
  std::int64_t admitted(bool happens) const {
    Model bucket({capacity, second_ns / rate});
    const std::int64_t before_ns = (capacity / (offered - rate) + 2) * second_ns;
    const std::int64_t back_ns = before_ns + seconds * second_ns;
    const std::int64_t end_ns = back_ns + before_ns;
    std::int64_t count = 0;
    for (std::int64_t at_ns = 0; at_ns < end_ns; at_ns += second_ns / offered) {
      const bool open = happens && at_ns >= before_ns && at_ns < back_ns;
      count += open || bucket.acquire({at_ns, "a", 1}).admitted ? 1 : 0;
    }
    return count;
  }
};

PredictionQuestion ask_outage(base::Random& random) {
  StoreOutage outage;
  outage.rate = random.between(2, 8) * 10;
  outage.offered = outage.rate * random.between(3, 6) / 2;
  outage.seconds = random.between(1, 4) * 5;
  outage.capacity = outage.rate * random.between(2, 30);
  const auto measure = [outage](grade::Workbench&) -> Measured {
    const std::int64_t extra = outage.admitted(true) - outage.admitted(false);
    const std::int64_t grown = outage.rate * outage.seconds;
    return {static_cast<double>(extra),
            fmt::format("{} more. In the {} s, {} calls were let in where {} would have been: {} "
                        "more. Meanwhile nobody took from the bucket, and it gained {} tokens, as "
                        "far as its capacity of {} holds them: {} more, in a burst as soon as the "
                        "store was back. Who fails open pays twice, unless the limiter that comes "
                        "back takes the bucket as empty.",
                        base::thousands(extra), outage.seconds,
                        base::thousands(outage.offered * outage.seconds), base::thousands(grown),
                        base::thousands((outage.offered - outage.rate) * outage.seconds),
                        base::thousands(grown), base::thousands(outage.capacity),
                        base::thousands(std::min(grown, outage.capacity)))};
  };
  return {
      fmt::format("A bucket in Redis has a capacity of {} and gains {} tokens a second. {} calls "
                  "a second have come for a long time, evenly, and still do. Redis can't be "
                  "reached for {} s, and the nodes fail open; then it is back, and remembers "
                  "the bucket. How many more calls are admitted than without the outage, until "
                  "the bucket is empty again?",
                  base::thousands(outage.capacity), outage.rate, outage.offered, outage.seconds),
      "calls",
      1e6,
      {},
      measure};
}

// Requests that come at random to slots that each serve one, and to a queue in front of them.
double shed_percent(std::uint64_t seed, std::size_t slots, std::size_t queue) {
  constexpr std::int64_t requests = 200'000;
  constexpr double service_ns = 100e6;
  load::Arrivals arrivals(static_cast<double>(slots) / service_ns * 1e9, true, seed);
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at_ns;
  for (std::size_t i = 0; i < slots; ++i) free_at_ns.push(0);
  std::queue<double> starts_ns;  // of those who wait
  std::int64_t shed = 0;
  for (std::int64_t i = 0; i < requests; ++i, arrivals.advance()) {
    const auto now_ns = static_cast<double>(arrivals.next_ns());
    while (!starts_ns.empty() && starts_ns.front() <= now_ns) starts_ns.pop();
    const bool must_wait = free_at_ns.top() > now_ns;
    if (must_wait && starts_ns.size() >= queue) {
      ++shed;
      continue;
    }
    const double start_ns = std::max(now_ns, free_at_ns.top());
    if (must_wait) starts_ns.push(start_ns);
    free_at_ns.pop();
    free_at_ns.push(start_ns + service_ns);
  }
  return 100.0 * static_cast<double>(shed) / static_cast<double>(requests);
}

PredictionQuestion ask_shed_at_capacity(base::Random& random) {
  const std::int64_t slots = random.between(2, 16);
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    const auto count = static_cast<std::size_t>(slots);
    const double none = shed_percent(seed, count, 0);
    return {none,
            fmt::format("{:.1f} % of 200,000 were shed, though on average there was work for all "
                        "{} slots and no more. Requests that come at random come in clusters, and "
                        "the slots that are free in between are never made up for: they were in "
                        "use {:.1f} % of the time. A queue carries work from the clusters into the "
                        "gaps: with {} places to wait, {:.1f} % of the same requests were shed; "
                        "with {}, {:.1f} %.",
                        none, slots, 100 - none, slots, shed_percent(seed, count, count), 4 * slots,
                        shed_percent(seed, count, 4 * count))};
  };
  return {fmt::format("A service behind the gateway has {} slots, and each request takes one for "
                      "100 ms. Requests come at random (Poisson), {} a second on average, which is "
                      "exactly its capacity. Nobody waits: without a free slot, a request is shed "
                      "with 503. What share of them is shed?",
                      slots, slots * 10),
          "%",
          100,
          {},
          measure};
}

// Tokens that grow one at a time, each for the key that had the fewest for its weight, of those who
// want one.
struct Sharing {
  static constexpr std::size_t keys = 3;
  std::int64_t rate = 1;
  std::array<std::int64_t, keys> weights{};
  std::array<std::int64_t, keys> asked{};  // calls a second

  std::array<double, keys> played() const {
    constexpr std::int64_t seconds = 600;
    std::array<std::int64_t, keys> given{};
    for (std::int64_t token = 1; token <= seconds * rate; ++token) {
      std::size_t next = keys;
      for (std::size_t key = 0; key < keys; ++key) {
        if (given[key] * rate >= asked[key] * token) continue;  // it has all that it asked for
        const bool fewer = next == keys || given[key] * weights[next] < given[next] * weights[key];
        if (fewer) next = key;
      }
      if (next < keys) ++given[next];
    }
    std::array<double, keys> rates{};
    for (std::size_t key = 0; key < keys; ++key) {
      rates[key] = static_cast<double>(given[key]) / static_cast<double>(seconds);
    }
    return rates;
  }
};

PredictionQuestion ask_fair_share(base::Random& random) {
  const std::int64_t unit = random.between(2, 6) * 5;
  const std::int64_t most = random.between(4, 7);
  const std::int64_t second = random.between(1, 3);
  const Sharing sharing{
      unit * (most + second + 1),
      {most, second, 1},
      {unit * most / random.between(4, 8),
       random.chance(0.5) ? unit * second * 3 / 2 : unit * most * 2, unit * most * 2}};
  const auto measure = [=](grade::Workbench&) -> Measured {
    const auto rates = sharing.played();
    return {
        rates[2],
        fmt::format("a got {:.1f}, b {:.1f} and c {:.1f} a second, over ten minutes. Their "
                    "guaranteed shares are {}, {} and {}. a leaves most of its own; what is "
                    "left goes to b and c by {}:1, as long as both want more, and then to who "
                    "does. Without sharing, c would have had {}, and {:.0f} % of what was paid "
                    "for would have gone unused.",
                    rates[0], rates[1], rates[2], unit * most, unit * second, unit, second, unit,
                    100.0 * (static_cast<double>(unit * most) - rates[0]) /
                        static_cast<double>(sharing.rate))};
  };
  return {fmt::format("An organisation has {} calls a second, and three keys, a, b and c, with "
                      "weights {}, {} and {}. What one doesn't use is shared by those who want "
                      "more, in proportion to their weights. a asks for {} a second, b for {}, and "
                      "c for {}. How many calls a second is c admitted?",
                      sharing.rate, sharing.weights[0], sharing.weights[1], sharing.weights[2],
                      sharing.asked[0], sharing.asked[1], sharing.asked[2]),
          "a second",
          1e6,
          {},
          measure};
}

}  // namespace

void add_fleet_predictions(Predictions& predictions) {
  predictions.push_back({"stranded_tokens", 4, ask_stranded_tokens});
  predictions.push_back({"outage", 4, ask_outage});
  predictions.push_back({"shed_at_capacity", 5, ask_shed_at_capacity});
  predictions.push_back({"fair_share", 6, ask_fair_share});
}

}  // namespace assay::graders::rate_limiter
