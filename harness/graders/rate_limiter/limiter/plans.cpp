#include "graders/rate_limiter/limiter/plans.hpp"

#include <algorithm>
#include <limits>

#include "graders/rate_limiter/limiter/scenario.hpp"

namespace assay::graders::rate_limiter {
namespace {

Policy plain_policy(base::Random& random, std::int64_t capacity_min, std::int64_t capacity_max) {
  return {random.between(capacity_min, capacity_max), random.one_of(plain_periods)};
}

Scenario refill_to_the_nanosecond(Policy policy, std::int64_t start_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain();
  for (int token = 0; token < 4; ++token) {
    scenario.wait(policy.period_ns - 1).acquire(1).wait(1).acquire(1);
  }
  return scenario;
}

// One token and a half, used in halves: what one call leaves over, the next one finds.
Scenario halves(Policy policy) {
  Scenario scenario(policy);
  const std::int64_t half_ns = policy.period_ns / 2;
  scenario.drain().wait(policy.period_ns + half_ns).acquire(1);
  scenario.wait(policy.period_ns - half_ns).acquire(1);
  return scenario.wait(half_ns).acquire(1).wait(policy.period_ns - half_ns).acquire(1);
}

// A fraction beside whole tokens, which a call leaves alone.
Scenario partly_full(Policy policy) {
  const std::int64_t half_ns = policy.period_ns / 2;
  Scenario scenario(policy);
  scenario.drain().wait(2 * policy.period_ns + half_ns).acquire(1);
  return scenario.wait(policy.period_ns - half_ns).acquire(2).acquire(1);
}

// What grew while the bucket was full is gone: the next token takes a whole interval.
Scenario overfull(Policy policy) {
  const std::int64_t half_ns = policy.period_ns / 2;
  Scenario scenario(policy);
  scenario.acquire(1).wait(2 * policy.period_ns + half_ns).drain();
  scenario.wait(policy.period_ns - half_ns).acquire(1);
  return scenario.wait(half_ns - 1).acquire(1).wait(1).acquire(1);
}

// Denied calls all the way, and then one that has to be admitted.
Scenario hammer(Policy policy, std::int64_t calls) {
  Scenario scenario(policy);
  scenario.drain();
  const std::int64_t step_ns = policy.period_ns / (calls + 1);
  scenario.poll(step_ns, calls);
  return scenario.at(policy.period_ns).acquire(1);
}

// The smallest cost whose price, in 64 bits, comes round to less than a token (interval >= 3 ns).
std::int64_t wrapping_cost(std::int64_t period_ns) {
  const auto interval = static_cast<std::uint64_t>(period_ns);
  return static_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max() / interval + 1);
}

}  // namespace

Plan plan_capacity(base::Random& random) {
  Plan plan;
  for (const Policy policy : {plain_policy(random, 2, 5), plain_policy(random, 6, 40),
                              Policy{1, random.one_of(plain_periods)}}) {
    const std::int64_t n = policy.limit;
    plan.push_back(Scenario(policy).acquire(1, "a", n + 1));
    plan.push_back(Scenario(policy).drain().acquire(1).acquire(1, "b", n + 1));
    plan.push_back(Scenario(policy).wait(random.between(1, 90) * ms).drain().acquire(1));
    // However long a bucket was left alone, it holds its capacity and no more.
    plan.push_back(
        Scenario(policy).acquire(1).wait(random.between(1, 9) * hour_ns).acquire(1, "a", n + 1));
    plan.push_back(Scenario(policy).drain().wait(2 * n * policy.period_ns).drain().acquire(1));
  }
  return plan;
}

Plan plan_refill(base::Random& random) {
  Plan plan;
  for (const std::int64_t period_ns : {random.one_of(plain_periods), random.one_of(odd_periods)}) {
    const Policy policy{random.between(2, 6), period_ns};
    plan.push_back(refill_to_the_nanosecond(policy, 0));
    plan.push_back(halves(policy));
    const Policy roomy{random.between(3, 6), period_ns};
    plan.push_back(partly_full(roomy));
    plan.push_back(overfull(roomy));
  }
  const Policy policy = plain_policy(random, 2, 6);
  for (const std::int64_t calls :
       {std::int64_t{1}, random.between(2, 9), random.between(300, 400)}) {
    plan.push_back(hammer(policy, calls));
  }
  plan.push_back(Scenario(policy).drain().poll(policy.period_ns / 2, 20));
  plan.push_back(Scenario(policy).drain().poll(policy.period_ns * 3 / 10, 40));
  // Nanosecond by nanosecond through odd intervals: rounding adds up here.
  for (const std::int64_t period_ns : {std::int64_t{3}, std::int64_t{7}, std::int64_t{49}}) {
    plan.push_back(Scenario({1, period_ns}).drain().poll(1, 4 * period_ns));
  }
  plan.push_back(refill_to_the_nanosecond({random.between(2, 6), 333'333'333}, late_ns));
  return plan;
}

Plan plan_cost(base::Random& random) {
  Plan plan;
  for (int i = 0; i < 3; ++i) {
    const Policy policy = plain_policy(random, 4, 12);
    const std::int64_t n = policy.limit;
    const std::int64_t period_ns = policy.period_ns;
    plan.push_back(Scenario(policy).acquire(2).acquire(n - 2).acquire(1));
    plan.push_back(Scenario(policy).acquire(n - 1).acquire(2).acquire(1));
    plan.push_back(Scenario(policy).acquire(0).acquire(0).acquire(n).acquire(0).acquire(1));
    plan.push_back(Scenario(policy)
                       .drain()
                       .wait(period_ns / 2)
                       .acquire(0)
                       .wait(period_ns / 2)
                       .acquire(0)
                       .acquire(1));
    plan.push_back(Scenario(policy)
                       .drain()
                       .wait(period_ns / 2)
                       .acquire(1)
                       .acquire(0)
                       .acquire(n + 1)
                       .wait(period_ns / 2 - 1)
                       .acquire(0)
                       .wait(1)
                       .acquire(1));
    plan.push_back(Scenario(policy).acquire(n + 1).acquire(n));
    plan.push_back(Scenario(policy).acquire(wrapping_cost(period_ns)).acquire(n));
    plan.push_back(Scenario(policy).acquire(1).acquire(any_cost_max).acquire(n).acquire(n - 1));
    plan.push_back(Scenario(policy).drain().wait(2 * period_ns).acquire(3).acquire(2).acquire(1));
  }
  return plan;
}

Plan plan_retry_after(base::Random& random) {
  Plan plan;
  for (const auto& intervals : {plain_periods, odd_periods}) {
    const Policy policy{random.between(3, 9), random.one_of(intervals)};
    plan.push_back(chase(random, policy, 0, 30, policy.period_ns / 3));
    const std::int64_t n = policy.limit;
    plan.push_back(Scenario(policy).acquire(n).acquire(1).acquire(n));
    plan.push_back(Scenario(policy).acquire(n + 1).acquire(any_cost_max).acquire(1).acquire(n));
  }
  return plan;
}

Plan plan_exactness(base::Random& random) {
  Plan plan;
  for (const Policy policy : policies_at_the_ends(random, Kind::token_bucket)) {
    plan.push_back(ends_of_ranges(random, policy));
  }
  plan.push_back(crowd(plain_policy(random, 2, 5), similar_keys()));
  plan.push_back(crowd(plain_policy(random, 2, 5), numbered_keys(1'500)));
  const Policy roomy = plain_policy(random, 10, 20);
  plan.push_back(returning(roomy, (roomy.limit - 1) * roomy.period_ns, 600));
  // One long day of a few keys, whose buckets are seldom full, and some short ones.
  const auto day = [&](std::int64_t capacity_min, int calls, int keys_min, int keys_max) {
    const Policy policy = plain_policy(random, capacity_min, 20);
    const auto keys = static_cast<int>(random.between(keys_min, keys_max));
    plan.push_back(
        random_day(random, policy, {calls, keys, policy.period_ns / 4, 2 * policy.limit}));
  };
  day(6, 6'000, 2, 4);
  for (int i = 0; i < 4; ++i) day(3, 1'000, 1, 50);
  return plan;
}

}  // namespace assay::graders::rate_limiter
