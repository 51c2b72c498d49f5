// The calls of level 2's algorithms while the clock goes forward. One plan serves the three with
// a window, since each has to tell itself from the others.
#include <algorithm>

#include "graders/rate_limiter/limiter/plans.hpp"
#include "graders/rate_limiter/limiter/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

const std::vector<std::int64_t> plain_windows{100 * ms, 200 * ms, 500 * ms, 1'000 * ms, 2'000 * ms};
const std::vector<std::int64_t> odd_windows{49, 1'001, 333'333'333, 1'000'000'007};

Policy plain_window(base::Random& random, Kind kind, std::int64_t limit_min,
                    std::int64_t limit_max) {
  return {random.between(limit_min, limit_max), random.one_of(plain_windows), kind};
}

// The worst moment: everything at the end of one window, and then as much as the next one gives.
Scenario worst_moment(Policy policy, std::int64_t windows_before) {
  Scenario scenario(policy);
  const std::int64_t n = policy.limit;
  const std::int64_t window = policy.period_ns;
  const std::int64_t border_ns = (windows_before + 1) * window;
  scenario.at(border_ns - 1).acquire(n / 2).acquire(n - n / 2);
  scenario.at(border_ns).acquire(n / 2).acquire(n - n / 2).acquire(1);
  scenario.poll(window / (n + 1), n);
  scenario.at(border_ns + window - 2).acquire(1, "a", 3).wait(1).acquire(1, "a", 3);
  return scenario.wait(1).acquire(n).wait(window - 1).acquire(n);
}

// Around every border that there is: of the clock's windows, and of the one since the first call.
Scenario borders(Policy policy, std::int64_t window_start_ns, std::int64_t offset_ns) {
  Scenario scenario(policy);
  const std::int64_t window = policy.period_ns;
  const std::int64_t first_ns = window_start_ns + offset_ns;
  scenario.at(first_ns).drain().acquire(1);
  for (const std::int64_t border_ns : {window_start_ns + window, first_ns + window,
                                       window_start_ns + 2 * window, first_ns + 2 * window}) {
    scenario.at(border_ns - 1).acquire(1).wait(1).acquire(1).wait(1).acquire(1);
  }
  return scenario.at(window_start_ns + 4 * window - 1).drain().wait(1).drain().acquire(1);
}

// Many costs at many times, two of them at one; then every cost asks how long it has to wait.
Scenario in_parts(Policy policy, std::int64_t start_ns) {
  Scenario scenario(policy);
  const std::int64_t part_ns = std::max<std::int64_t>(1, policy.period_ns / 8);
  scenario.at(start_ns).acquire(1).acquire(1).wait(part_ns).acquire(2).acquire(0);
  scenario.wait(part_ns).acquire(1).acquire(policy.limit - 5).acquire(1);
  for (int i = 0; i < 10; ++i) {
    for (std::int64_t cost = 0; cost <= policy.limit + 1; ++cost) {
      // Twice the limit is never admitted, and a denied call must leave no trace.
      scenario.acquire(2 * policy.limit).acquire(i % 2 == 0 ? policy.limit : cost);
    }
    scenario.wait(part_ns);
  }
  return scenario;
}

// Denied calls all the way through two windows, and one that is admitted as if they had not been.
Scenario hammer(Policy policy, std::int64_t start_ns, std::int64_t calls) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain().poll(2 * policy.period_ns / calls, calls);
  return scenario.wait(2 * policy.period_ns).drain();
}

// A window in which nobody called lies between.
Scenario gaps(Policy policy) {
  Scenario scenario(policy);
  for (const std::int64_t windows : {1, 2, 3, 2, 1, 40}) {
    scenario.drain().acquire(1).wait(windows * policy.period_ns + 1).acquire(1).drain();
  }
  return scenario;
}

// Nanosecond by nanosecond: rounding adds up here.
Scenario every_nanosecond(base::Random& random, Policy policy) {
  Scenario scenario(policy);
  for (std::int64_t i = 0; i < 5 * policy.period_ns; ++i) {
    scenario.acquire(0).acquire(random.between(1, 3)).wait(1);
  }
  return scenario;
}

void add_edges(base::Random& random, Kind kind, Plan& plan) {
  for (const auto& windows : {plain_windows, odd_windows}) {
    const Policy policy{random.between(6, 12), random.one_of(windows), kind};
    const std::int64_t window = policy.period_ns;
    plan.push_back(borders(policy, 0, 0));
    plan.push_back(borders(policy, random.between(1, 99) * window, random.between(2, window - 2)));
    plan.push_back(in_parts(policy, random.between(0, 99) * window / 4));
    plan.push_back(hammer(policy, random.between(1, window), random.between(20, 40)));
    plan.push_back(gaps(policy));
    plan.push_back(chase(random, policy, random.between(1, window), 40, window / 3));
    plan.push_back(chase(random, policy, late_ns, 20, window / 3));
  }
  plan.push_back(borders({random.between(3, 9), 333'333'333, kind},
                         late_ns / 333'333'333 * 333'333'333, random.between(2, 333'333'331)));
  for (const std::int64_t window : {7, 49}) {
    plan.push_back(every_nanosecond(random, {random.between(3, 20), window, kind}));
  }
  for (const Policy policy : policies_at_the_ends(random, kind)) {
    plan.push_back(ends_of_ranges(random, policy));
    // So that products are as large as they get.
    if (policy.period_ns < max_time_ns / 100) {
      plan.push_back(chase(random, policy, 0, 12, policy.period_ns));
    }
  }
}

void add_crowds(base::Random& random, Kind kind, Plan& plan) {
  plan.push_back(crowd(plain_window(random, kind, 2, 5), similar_keys()));
  plan.push_back(crowd(plain_window(random, kind, 2, 5), numbered_keys(1'200)));
  const Policy policy = plain_window(random, kind, 10, 20);
  plan.push_back(returning(policy, policy.period_ns - 2, 600));
  const auto day = [&](int calls, int keys) {
    const Policy busy = plain_window(random, kind, 6, 20);
    plan.push_back(random_day(random, busy, {calls, keys, busy.period_ns / (3 * busy.limit), 3}));
  };
  day(3'000, 2);
  day(1'000, 1);
  day(1'000, static_cast<int>(random.between(3, 50)));
}

Plan plan_windows(base::Random& random, Kind kind) {
  Plan plan;
  // The first one is what the metrics are taken from.
  plan.push_back(worst_moment(plain_window(random, kind, 80, 120), random.between(0, 9)));
  plan.push_back(worst_moment(plain_window(random, kind, 2, 9), random.between(1, 999)));
  add_edges(random, kind, plan);
  add_crowds(random, kind, plan);
  return plan;
}

}  // namespace

Plan plan_gcra(base::Random& random) {
  Plan plan;
  const Policy policy{random.between(80, 120), random.one_of(plain_periods)};
  plan.push_back(Scenario(policy).drain().poll(policy.period_ns, policy.limit));
  for (const auto planner : {plan_refill, plan_cost, plan_retry_after, plan_exactness}) {
    for (auto& script : planner(random)) plan.push_back(std::move(script));
  }
  for (auto& script : plan) {
    Policy same = parse_policy(script.setup);
    same.kind = Kind::gcra;
    script.setup = setup_line(same);
  }
  return plan;
}

Plan plan_fixed_window(base::Random& random) { return plan_windows(random, Kind::fixed_window); }

Plan plan_sliding_log(base::Random& random) { return plan_windows(random, Kind::sliding_log); }

Plan plan_sliding_counter(base::Random& random) {
  return plan_windows(random, Kind::sliding_counter);
}

}  // namespace assay::graders::rate_limiter
