// Calls while the clock goes back: to every limiter, from every state. At most three keys a script,
// so that the judge can try who of them sees whose steps.
#include <algorithm>

#include "graders/rate_limiter/limiter/plans.hpp"
#include "graders/rate_limiter/limiter/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr int keys_max = 3;

// After it nothing that was admitted matters any more.
std::int64_t all_free_after_ns(const Policy& policy) {
  return policy.period_ns * (has_window(policy.kind) ? 2 : policy.limit);
}

// Neither lets anything in at once, nor keeps anybody out for longer than it would have anyway.
Scenario empty_then_back(Policy policy, std::int64_t start_ns, std::int64_t back_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain().acquire(1).back(back_ns).acquire(1).acquire(0);
  for (int i = 0; i < 3; ++i) {
    scenario.wait(policy.period_ns - 1).acquire(1).wait(1).acquire(1).acquire(policy.limit);
  }
  return scenario.wait(all_free_after_ns(policy)).drain().acquire(1);
}

// A part is left, and stays left.
Scenario half_used_then_back(Policy policy, std::int64_t start_ns, std::int64_t back_ns) {
  Scenario scenario(policy);
  const std::int64_t half = policy.limit / 2;
  scenario.at(start_ns).acquire(half).wait(policy.period_ns / 4).acquire(1).back(back_ns);
  return scenario.acquire(0).drain().acquire(1).wait(policy.period_ns).acquire(1).drain();
}

// A step forward is just time, also when it is taken back.
Scenario forward_and_back(Policy policy, std::int64_t start_ns, std::int64_t step_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain().wait(step_ns).drain().acquire(1).back(step_ns).acquire(1);
  scenario.wait(policy.period_ns).acquire(1).wait(step_ns).drain().acquire(1);
  return scenario.back(2 * step_ns).acquire(1).wait(policy.period_ns / 2).acquire(1).acquire(0);
}

// A clock that trembles: what it goes forward counts, what it goes back doesn't.
Scenario jitter(Policy policy, std::int64_t start_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain();
  for (int i = 0; i < 24; ++i) {
    scenario.wait(policy.period_ns / 4).back(policy.period_ns / 8).acquire(1);
    scenario.back(policy.period_ns / 4).acquire(0);
  }
  return scenario;
}

// Two others see the step, and one comes only after it.
Scenario newcomers(Policy policy, std::int64_t start_ns, std::int64_t back_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).acquire(policy.limit, "a").back(back_ns).acquire(policy.limit, "b");
  scenario.acquire(1, "b").acquire(1, "a").wait(policy.period_ns).acquire(1, "c");
  scenario.back(back_ns).acquire(policy.limit, "c").acquire(1, "a").acquire(1, "b");
  scenario.wait(policy.period_ns).acquire(1, "a").acquire(1, "b").acquire(policy.limit, "c");
  return scenario.wait(all_free_after_ns(policy)).drain();
}

Scenario unsteady_day(base::Random& random, Policy policy, int calls, int keys) {
  Scenario scenario(policy);
  const std::int64_t period = policy.period_ns;
  const std::int64_t pause_ns = period / (has_window(policy.kind) ? 3 * policy.limit : 4);
  const std::vector<std::int64_t> steps{1, period / 4, period, 5 * period, hour_ns};
  for (int i = 0; i < calls; ++i) {
    if (random.chance(0.6)) scenario.wait(pause_ns * random.between(1, 6));
    if (random.chance(0.06)) scenario.back(random.one_of(steps));
    if (random.chance(0.04)) scenario.wait(random.one_of(steps));
    const auto key = std::string(1, static_cast<char>('a' + random.between(0, keys - 1)));
    scenario.acquire(random.between(0, 3), key);
  }
  return scenario;
}

void add_steps(base::Random& random, Kind kind, Plan& plan) {
  const auto draw = [&] {
    return Policy{random.between(4, 12), random.one_of(plain_periods), kind};
  };
  for (int i = 0; i < 2; ++i) {
    const Policy policy = draw();
    const std::int64_t period = policy.period_ns;
    const auto part = [&] { return ms * random.between(1, period / ms - 1); };
    const std::int64_t start_ns = 1'000 * ms * random.between(10, 99) + part();
    for (const std::int64_t back_ns : {3 * period, part(), period, start_ns, std::int64_t{1}}) {
      plan.push_back(empty_then_back(policy, start_ns, back_ns));
      plan.push_back(half_used_then_back(policy, start_ns, back_ns));
      plan.push_back(newcomers(policy, start_ns, back_ns));
    }
    plan.push_back(forward_and_back(policy, start_ns, hour_ns));
    plan.push_back(forward_and_back(policy, start_ns, period));
    plan.push_back(jitter(policy, start_ns));
    plan.push_back(empty_then_back(policy, late_ns, late_ns));
  }
  for (int keys = 1; keys <= keys_max; ++keys) {
    plan.push_back(unsteady_day(random, draw(), 250, keys));
  }
}

}  // namespace

Plan plan_clock_steps(base::Random& random) {
  Plan plan;
  for (const Kind kind : all_kinds) add_steps(random, kind, plan);
  return plan;
}

}  // namespace assay::graders::rate_limiter
