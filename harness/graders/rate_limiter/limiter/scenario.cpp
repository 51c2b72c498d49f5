#include "graders/rate_limiter/limiter/scenario.hpp"

namespace assay::graders::rate_limiter {

std::vector<std::string> numbered_keys(int count) {
  std::vector<std::string> keys;
  for (int i = 1; i <= count; ++i) keys.push_back("user-" + std::to_string(i));
  return keys;
}

std::vector<std::string> similar_keys() {
  const std::string k(255, 'k');
  return {k, k + 'k', k + 'l', 'l' + k, std::string(64, 'k'), std::string(65, 'k'), "k", "K"};
}

Scenario crowd(Policy policy, const std::vector<std::string>& keys) {
  Scenario scenario(policy);
  for (const auto& key : keys) scenario.acquire(policy.limit, key);
  for (const auto& key : keys) scenario.acquire(1, key);
  scenario.wait(policy.period_ns);
  for (const auto& key : keys) scenario.acquire(1, key);
  return scenario;
}

Scenario returning(Policy policy, std::int64_t away_ns, std::int64_t calls) {
  Scenario scenario(policy);
  scenario.drain();
  for (std::int64_t i = 0; i < calls; ++i) scenario.wait(away_ns / calls).acquire(1, "b");
  return scenario.drain();
}

Scenario random_day(base::Random& random, Policy policy, const Day& day) {
  Scenario scenario(policy);
  const std::int64_t pause_ns = std::max<std::int64_t>(1, day.pause_ns);
  for (int i = 0; i < day.calls; ++i) {
    if (random.chance(0.6)) scenario.wait(pause_ns * random.between(1, 6));
    if (random.chance(0.01)) {
      scenario.wait(policy.period_ns * random.between(1, day.long_pause_periods));
    }
    const auto key = "user-" + std::to_string(random.between(1, day.keys));
    const bool large = random.chance(0.05);
    scenario.acquire(large ? random.between(policy.limit, policy.limit + 2) : random.between(0, 3),
                     key);
  }
  return scenario;
}

Scenario chase(base::Random& random, Policy policy, std::int64_t start_ns, int rounds,
               std::int64_t pause_ns) {
  Scenario scenario(policy);
  Model model(policy);
  scenario.at(start_ns);
  const auto acquire = [&](std::int64_t cost) {
    scenario.acquire(cost);
    return model.acquire({scenario.now_ns(), "a", cost});
  };
  acquire(policy.limit);
  for (int round = 0; round < rounds; ++round) {
    const std::int64_t cost = random.between(1, policy.limit);
    scenario.wait(random.between(1, std::max<std::int64_t>(1, pause_ns)));
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
  return scenario;
}

Scenario ends_of_ranges(base::Random& random, Policy policy) {
  const std::int64_t n = policy.limit;
  Scenario scenario(policy);
  scenario.acquire(0).acquire(any_cost_max).acquire(n + 1).drain().acquire(1);
  scenario.at(policy.period_ns - 1).acquire(1).at(policy.period_ns).acquire(1).drain();
  scenario.at(random.between(max_time_ns / 2, max_time_ns - 1)).acquire(0).drain();
  scenario.at(max_time_ns).acquire(1).acquire(n).acquire(any_cost_max).acquire(n + 1);
  return scenario;
}

std::vector<Policy> policies_at_the_ends(base::Random& random, Kind kind) {
  return {{1, max_time_ns, kind},
          {max_time_ns, 1, kind},
          {2, max_time_ns / 2, kind},
          {(std::int64_t{1} << 31) - 1, std::int64_t{1} << 31, kind},
          {1, 1, kind},
          {random.between(256, 65'535), random.between(1'000, 9'999), kind},
          {random.between(1'000'000, 9'000'000), random.between(100'000, 999'999), kind}};
}

}  // namespace assay::graders::rate_limiter
