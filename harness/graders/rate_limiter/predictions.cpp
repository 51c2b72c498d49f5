// Levels 1 and 2: what the exact models do with traffic that is easily misjudged.
#include "graders/rate_limiter/predictions.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/limiter/scenario.hpp"
#include "graders/rate_limiter/traffic.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Measured;
using grade::PredictionQuestion;

constexpr std::int64_t many_calls = 200'000;
constexpr std::int64_t saving_capacity = 10;

PredictionQuestion ask_poisson_denials(base::Random& random) {
  const std::int64_t interval_ns = random.one_of(plain_periods);
  const double gaps = random.one_of(std::vector{1.0, 1.25, 1.5, 2.0, 2.5, 3.0});
  const double gap_ns = gaps * static_cast<double>(interval_ns);
  const std::string interval = base::duration_ns(interval_ns);
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    const auto one = play_at_random(seed, {1, interval_ns}, gap_ns, many_calls);
    const auto ten = play_at_random(seed, {saving_capacity, interval_ns}, gap_ns, many_calls);
    const double meanwhile = 1 / gaps;
    return {one.denied_percent(),
            fmt::format("{} of {} calls were denied. After each call that is admitted the bucket "
                        "is empty for {}; {:.2f} calls come in that time on average, and all are "
                        "denied: {:.2f} of {:.2f}, which is {:.1f} %. On average there is quota "
                        "enough, but a bucket of 1 can't keep what grows while nobody calls. With "
                        "a capacity of {}, {:.1f} % of the same traffic was denied.",
                        base::thousands(one.calls - one.admitted), base::thousands(one.calls),
                        interval, meanwhile, meanwhile, 1 + meanwhile,
                        100 * meanwhile / (1 + meanwhile), saving_capacity, ten.denied_percent())};
  };
  return {fmt::format("A bucket of capacity 1 gains a token every {}. Calls of cost 1 come at "
                      "random, each independent of the others (Poisson), one every {} on average. "
                      "What share of them is denied?",
                      interval, base::duration_ns(static_cast<std::int64_t>(gap_ns))),
          "%",
          100,
          {},
          measure};
}

PredictionQuestion ask_retry_herd(base::Random& random) {
  const std::int64_t callers = random.between(4, 15) * 10;
  const std::int64_t capacity = random.between(3, 9);
  const std::int64_t interval_ns = random.one_of(plain_periods);
  const auto measure = [=, seed = random.next()](grade::Workbench&) -> Measured {
    base::Random jitter(seed);
    const std::int64_t spread_ns = callers * interval_ns;
    const auto herd = play_a_herd(jitter, {capacity, interval_ns}, callers, 0);
    const auto spread = play_a_herd(jitter, {capacity, interval_ns}, callers, spread_ns);
    return {static_cast<double>(herd.calls),
            fmt::format("It answered {} calls for {} admissions. All are told the same moment, "
                        "when one token is there: {} calls, of which 1 is admitted; an interval "
                        "later {}, then {}, and so on. A Retry-After that is exact keeps the herd "
                        "together. Where each client waited longer than it was told, by a random "
                        "part of {}, it took {} calls.",
                        base::thousands(herd.calls), herd.admitted, callers, callers - 1,
                        callers - 2, base::duration_ns(spread_ns), base::thousands(spread.calls))};
  };
  return {fmt::format("{} clients find the same bucket empty at the same moment, each with a call "
                      "of cost 1. Each is told when to come back, comes back exactly then, and "
                      "does so until it is admitted; nobody else calls. The bucket's capacity is "
                      "{}, and it gains a token every {}. How many calls does the limiter answer "
                      "in all, the first {} among them?",
                      callers, capacity, base::duration_ns(interval_ns), callers),
          "calls",
          1e6,
          {},
          measure};
}

PredictionQuestion ask_counter_excess(base::Random& random) {
  const std::int64_t limit = random.between(4, 12) * 10;
  const std::int64_t percent = random.between(3, 9) * 5;
  const std::int64_t window_ns = random.between(1, 6) * 10 * 1'000 * ms;
  const std::int64_t stretch_ns = window_ns / 100 * percent;
  const auto measure = [=](grade::Workbench&) -> Measured {
    const auto worst = [&](Kind kind, std::int64_t period_ns) {
      return worst_stretch({limit, period_ns, kind}, stretch_ns);
    };
    const std::int64_t counter = worst(Kind::sliding_counter, window_ns);
    return {static_cast<double>(counter - limit),
            fmt::format("Within {} it admitted {}, {} more than {}. Who has been silent may spend "
                        "all {} at the end of a window. The counter takes them for calls that were "
                        "spread over that window, so as the next one passes it believes that they "
                        "leave, and lets others in: {} % of {}. Within the same stretch the fixed "
                        "window admitted {}, the sliding log {}, and a bucket of {} that fills in "
                        "one window {}.",
                        base::duration_ns(stretch_ns), counter, counter - limit, limit, limit,
                        percent, limit, worst(Kind::fixed_window, window_ns),
                        worst(Kind::sliding_log, window_ns), limit,
                        worst(Kind::token_bucket, window_ns / limit))};
  };
  return {fmt::format("A sliding counter has a limit of {} in {}. Somebody means to get more, and "
                      "may call whenever they like, as often as they like. How many calls above {} "
                      "can they have admitted within some stretch of {}, at most?",
                      limit, base::duration_ns(window_ns), limit, base::duration_ns(stretch_ns)),
          "calls",
          1e6,
          {},
          measure};
}

PredictionQuestion ask_counter_bursts(base::Random& random) {
  const std::int64_t limit = random.between(3, 9) * 20;
  const std::int64_t percent = random.one_of(std::vector<std::int64_t>{5, 15, 20, 30, 40, 60, 70});
  const std::int64_t window_ns = random.between(1, 6) * 10 * 1'000 * ms;
  const std::int64_t first_ns = window_ns / 100 * percent;
  constexpr std::int64_t bursts = 400;
  const auto measure = [=](grade::Workbench&) -> Measured {
    const auto denied = [&](Kind kind) {
      return play_bursts({limit, window_ns, kind}, limit, first_ns, window_ns, bursts)
          .denied_percent();
    };
    const double counter = denied(Kind::sliding_counter);
    return {counter,
            fmt::format("{:.1f} % were denied in {} bursts; by the sliding log {:.0f} %, by the "
                        "fixed window {:.0f} %. When a burst comes, {} % of the window is still to "
                        "come, so {} % of the burst before counts, though all of it is exactly one "
                        "window old. If the share x is admitted each time, x = 1 - {:.2f} x: so x "
                        "= {:.2f}. The counter is right on average, for calls that are spread "
                        "evenly; this customer's are not.",
                        counter, bursts, denied(Kind::sliding_log), denied(Kind::fixed_window),
                        100 - percent, 100 - percent, 1 - static_cast<double>(percent) / 100,
                        1 / (2 - static_cast<double>(percent) / 100))};
  };
  return {fmt::format("A customer may make {0} calls in any {1}, and a program of theirs makes "
                      "exactly {0} at one moment, again every {1}: never more than agreed. The "
                      "limiter is a sliding counter ({0} in {1}), and each burst comes {2} after "
                      "the start of a window. What share of this customer's calls does it deny, in "
                      "the long run?",
                      limit, base::duration_ns(window_ns), base::duration_ns(first_ns)),
          "%",
          100,
          {},
          measure};
}

}  // namespace

void add_limiter_predictions(Predictions& predictions) {
  predictions.push_back({"poisson_denials", 1, ask_poisson_denials});
  predictions.push_back({"retry_herd", 1, ask_retry_herd});
  predictions.push_back({"counter_excess", 2, ask_counter_excess});
  predictions.push_back({"counter_bursts", 2, ask_counter_bursts});
}

}  // namespace assay::graders::rate_limiter
