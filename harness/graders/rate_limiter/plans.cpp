#include "graders/rate_limiter/plans.hpp"

#include <algorithm>
#include <limits>

#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t max_time_ns = (std::int64_t{1} << 62) - 1;
constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t hour_ns = 3'600'000 * ms;
constexpr std::int64_t any_cost_max = std::numeric_limits<std::int64_t>::max();

// Intervals that a person can read, and some that no power of two or ten divides.
const std::vector<std::int64_t> plain_intervals{20 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms};
const std::vector<std::int64_t> odd_intervals{3, 7, 49, 1'001, 333'333'333};

// Calls in the making. Time only goes forward.
class Scenario {
 public:
  explicit Scenario(Policy policy) : policy_(policy), script_{setup_line(policy), {}} {}

  Scenario& wait(std::int64_t ns) { return at(now_ns_ + ns); }

  Scenario& at(std::int64_t ns) {
    now_ns_ = std::clamp(ns, now_ns_, max_time_ns);
    return *this;
  }

  Scenario& acquire(std::int64_t cost, const std::string& key = "a", std::int64_t times = 1) {
    for (std::int64_t i = 0; i < times; ++i) {
      script_.operations.push_back(call_line({now_ns_, key, cost}));
    }
    return *this;
  }

  Scenario& drain() { return acquire(policy_.capacity); }

  // The same calls again and again, `every` apart.
  Scenario& poll(std::int64_t every_ns, std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) wait(every_ns).acquire(1);
    return *this;
  }

  const Policy& policy() const { return policy_; }
  std::int64_t now_ns() const { return now_ns_; }
  operator grade::Script() const { return script_; }

 private:
  Policy policy_;
  std::int64_t now_ns_ = 0;
  grade::Script script_;
};

Policy plain_policy(base::Random& random, std::int64_t capacity_min, std::int64_t capacity_max) {
  return {random.between(capacity_min, capacity_max), random.one_of(plain_intervals)};
}

// A late moment, at which a double can no longer tell one nanosecond from the next.
constexpr std::int64_t late_ns = max_time_ns / 4;

Scenario refill_to_the_nanosecond(Policy policy, std::int64_t start_ns) {
  Scenario scenario(policy);
  scenario.at(start_ns).drain();
  for (int token = 0; token < 4; ++token) {
    scenario.wait(policy.interval_ns - 1).acquire(1).wait(1).acquire(1);
  }
  return scenario;
}

// One token and a half, used in halves: what one call leaves over, the next one finds.
Scenario halves(Policy policy) {
  Scenario scenario(policy);
  const std::int64_t half_ns = policy.interval_ns / 2;
  scenario.drain().wait(policy.interval_ns + half_ns).acquire(1);
  scenario.wait(policy.interval_ns - half_ns).acquire(1);
  return scenario.wait(half_ns).acquire(1).wait(policy.interval_ns - half_ns).acquire(1);
}

// A fraction beside whole tokens, which a call leaves alone.
Scenario partly_full(Policy policy) {
  const std::int64_t half_ns = policy.interval_ns / 2;
  Scenario scenario(policy);
  scenario.drain().wait(2 * policy.interval_ns + half_ns).acquire(1);
  return scenario.wait(policy.interval_ns - half_ns).acquire(2).acquire(1);
}

// What grew while the bucket was full is gone: the next token takes a whole interval.
Scenario overfull(Policy policy) {
  const std::int64_t half_ns = policy.interval_ns / 2;
  Scenario scenario(policy);
  scenario.acquire(1).wait(2 * policy.interval_ns + half_ns).drain();
  scenario.wait(policy.interval_ns - half_ns).acquire(1);
  return scenario.wait(half_ns - 1).acquire(1).wait(1).acquire(1);
}

// Denied calls all the way, and then one that has to be admitted.
Scenario hammer(Policy policy, std::int64_t calls) {
  Scenario scenario(policy);
  scenario.drain();
  const std::int64_t step_ns = policy.interval_ns / (calls + 1);
  scenario.poll(step_ns, calls);
  return scenario.at(policy.interval_ns).acquire(1);
}

// A day in the life: many keys, gaps around the rate, every kind of cost.
Scenario random_day(base::Random& random, Policy policy, int calls, int keys) {
  Scenario scenario(policy);
  const std::int64_t quarter_ns = std::max<std::int64_t>(1, policy.interval_ns / 4);
  for (int i = 0; i < calls; ++i) {
    if (random.chance(0.6)) scenario.wait(quarter_ns * random.between(1, 6));
    if (random.chance(0.01))
      scenario.wait(policy.interval_ns * random.between(1, 2 * policy.capacity));
    const auto key = "user-" + std::to_string(random.between(1, keys));
    const bool large = random.chance(0.05);
    const std::int64_t cost =
        large ? random.between(policy.capacity, policy.capacity + 2) : random.between(0, 3);
    scenario.acquire(cost, key);
  }
  return scenario;
}

// Many keys at once: nobody is forgotten, and nobody is taken for somebody else.
Scenario crowd(Policy policy, const std::vector<std::string>& keys) {
  Scenario scenario(policy);
  for (const auto& key : keys) scenario.acquire(policy.capacity, key);
  for (const auto& key : keys) scenario.acquire(1, key);
  scenario.wait(policy.interval_ns);
  for (const auto& key : keys) scenario.acquire(1, key);
  return scenario;
}

// Back before its bucket has filled, while somebody else kept calling: not forgotten meanwhile.
Scenario returning(Policy policy, std::int64_t calls) {
  Scenario scenario(policy);
  scenario.drain();
  const std::int64_t away_ns = (policy.capacity - 1) * policy.interval_ns;
  for (std::int64_t i = 0; i < calls; ++i) scenario.wait(away_ns / calls).acquire(1, "b");
  return scenario.drain();
}

std::vector<std::string> numbered_keys(int count) {
  std::vector<std::string> keys;
  for (int i = 1; i <= count; ++i) keys.push_back("user-" + std::to_string(i));
  return keys;
}

// As long as keys get, and different in one place only.
std::vector<std::string> similar_keys() {
  const std::string k(255, 'k');
  return {k, k + 'k', k + 'l', 'l' + k, std::string(64, 'k'), std::string(65, 'k'), "k", "K"};
}

Scenario ends_of_ranges(base::Random& random, Policy policy) {
  Scenario scenario(policy);
  scenario.acquire(0).acquire(any_cost_max).acquire(policy.capacity + 1).drain().acquire(1);
  scenario.at(policy.interval_ns - 1).acquire(1).at(policy.interval_ns).acquire(1);
  scenario.at(random.between(max_time_ns / 2, max_time_ns - 1)).acquire(0).drain();
  return scenario.at(max_time_ns)
      .acquire(1)
      .acquire(policy.capacity)
      .acquire(any_cost_max)
      .acquire(policy.capacity + 1);
}

// The smallest cost whose price, in 64 bits, comes round to less than a token (interval >= 3 ns).
std::int64_t wrapping_cost(std::int64_t interval_ns) {
  const auto interval = static_cast<std::uint64_t>(interval_ns);
  return static_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max() / interval + 1);
}

}  // namespace

Plan plan_capacity(base::Random& random) {
  Plan plan;
  for (const Policy policy : {plain_policy(random, 2, 5), plain_policy(random, 6, 40),
                              Policy{1, random.one_of(plain_intervals)}}) {
    const std::int64_t n = policy.capacity;
    plan.push_back(Scenario(policy).acquire(1, "a", n + 1));
    plan.push_back(Scenario(policy).drain().acquire(1).acquire(1, "b", n + 1));
    plan.push_back(Scenario(policy).wait(random.between(1, 90) * ms).drain().acquire(1));
    // However long a bucket was left alone, it holds its capacity and no more.
    plan.push_back(
        Scenario(policy).acquire(1).wait(random.between(1, 9) * hour_ns).acquire(1, "a", n + 1));
    plan.push_back(Scenario(policy).drain().wait(2 * n * policy.interval_ns).drain().acquire(1));
  }
  return plan;
}

Plan plan_refill(base::Random& random) {
  Plan plan;
  for (const std::int64_t interval_ns :
       {random.one_of(plain_intervals), random.one_of(odd_intervals)}) {
    const Policy policy{random.between(2, 6), interval_ns};
    plan.push_back(refill_to_the_nanosecond(policy, 0));
    plan.push_back(halves(policy));
    const Policy roomy{random.between(3, 6), interval_ns};
    plan.push_back(partly_full(roomy));
    plan.push_back(overfull(roomy));
  }
  const Policy policy = plain_policy(random, 2, 6);
  for (const std::int64_t calls :
       {std::int64_t{1}, random.between(2, 9), random.between(300, 400)}) {
    plan.push_back(hammer(policy, calls));
  }
  plan.push_back(Scenario(policy).drain().poll(policy.interval_ns / 2, 20));
  plan.push_back(Scenario(policy).drain().poll(policy.interval_ns * 3 / 10, 40));
  // Nanosecond by nanosecond through odd intervals: rounding adds up here.
  for (const std::int64_t interval_ns : {std::int64_t{3}, std::int64_t{7}, std::int64_t{49}}) {
    plan.push_back(Scenario({1, interval_ns}).drain().poll(1, 4 * interval_ns));
  }
  plan.push_back(refill_to_the_nanosecond({random.between(2, 6), 333'333'333}, late_ns));
  return plan;
}

Plan plan_cost(base::Random& random) {
  Plan plan;
  for (int i = 0; i < 3; ++i) {
    const Policy policy = plain_policy(random, 4, 12);
    const std::int64_t n = policy.capacity;
    const std::int64_t interval_ns = policy.interval_ns;
    plan.push_back(Scenario(policy).acquire(2).acquire(n - 2).acquire(1));
    plan.push_back(Scenario(policy).acquire(n - 1).acquire(2).acquire(1));
    plan.push_back(Scenario(policy).acquire(0).acquire(0).acquire(n).acquire(0).acquire(1));
    plan.push_back(Scenario(policy)
                       .drain()
                       .wait(interval_ns / 2)
                       .acquire(0)
                       .wait(interval_ns / 2)
                       .acquire(0)
                       .acquire(1));
    plan.push_back(Scenario(policy)
                       .drain()
                       .wait(interval_ns / 2)
                       .acquire(1)
                       .acquire(0)
                       .acquire(n + 1)
                       .wait(interval_ns / 2 - 1)
                       .acquire(0)
                       .wait(1)
                       .acquire(1));
    plan.push_back(Scenario(policy).acquire(n + 1).acquire(n));
    plan.push_back(Scenario(policy).acquire(wrapping_cost(interval_ns)).acquire(n));
    plan.push_back(Scenario(policy).acquire(1).acquire(any_cost_max).acquire(n).acquire(n - 1));
    plan.push_back(Scenario(policy).drain().wait(2 * interval_ns).acquire(3).acquire(2).acquire(1));
  }
  return plan;
}

Plan plan_retry_after(base::Random& random) {
  Plan plan;
  for (const auto& intervals : {plain_intervals, odd_intervals}) {
    const Policy policy{random.between(3, 9), random.one_of(intervals)};
    Scenario scenario(policy);
    Model model(policy);
    const auto acquire = [&](std::int64_t cost) {
      scenario.acquire(cost);
      return model.acquire({scenario.now_ns(), "a", cost});
    };
    acquire(policy.capacity);
    for (int round = 0; round < 30; ++round) {
      const std::int64_t cost = random.between(1, policy.capacity);
      scenario.wait(random.between(1, std::max<std::int64_t>(1, policy.interval_ns / 3)));
      const Decision decision = acquire(cost);
      if (!decision.retry_after_ns) continue;
      const std::int64_t retry_at_ns = scenario.now_ns() + *decision.retry_after_ns;
      if (*decision.retry_after_ns > 1) {
        scenario.at(retry_at_ns - 1);
        acquire(cost);
      }
      scenario.at(retry_at_ns);
      acquire(cost);
    }
    plan.push_back(scenario);
    const std::int64_t n = policy.capacity;
    plan.push_back(Scenario(policy).acquire(n).acquire(1).acquire(n));
    plan.push_back(Scenario(policy).acquire(n + 1).acquire(any_cost_max).acquire(1).acquire(n));
  }
  return plan;
}

Plan plan_exactness(base::Random& random) {
  Plan plan;
  for (const Policy policy :
       {Policy{1, max_time_ns}, Policy{max_time_ns, 1}, Policy{2, max_time_ns / 2},
        Policy{(std::int64_t{1} << 31) - 1, std::int64_t{1} << 31}, Policy{1, 1},
        Policy{random.between(256, 65'535), random.between(1'000, 9'999)},
        Policy{random.between(1'000'000, 9'000'000), random.between(100'000, 999'999)}}) {
    plan.push_back(ends_of_ranges(random, policy));
  }
  plan.push_back(crowd(plain_policy(random, 2, 5), similar_keys()));
  plan.push_back(crowd(plain_policy(random, 2, 5), numbered_keys(1'500)));
  plan.push_back(returning(plain_policy(random, 10, 20), 600));
  // One long day of a few keys, whose buckets are seldom full, and some short ones.
  plan.push_back(random_day(random, plain_policy(random, 6, 20), 6'000,
                            static_cast<int>(random.between(2, 4))));
  for (int day = 0; day < 4; ++day) {
    const Policy policy = plain_policy(random, 3, 20);
    plan.push_back(random_day(random, policy, 1'000, static_cast<int>(random.between(1, 50))));
  }
  return plan;
}

}  // namespace assay::graders::rate_limiter
