#include "graders/rate_limiter/table/plans.hpp"

#include <fmt/format.h>

#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

// Calls in the making. Time only goes forward.
class Scenario {
 public:
  explicit Scenario(const TablePolicy& policy) : script_{setup_line(policy), {}} {}

  Scenario& wait(std::int64_t ns) {
    now_ns_ += ns;
    return *this;
  }

  Scenario& take(const std::string& key, std::int64_t cost = 1) {
    script_.operations.push_back(call_line({now_ns_, key, cost}));
    return *this;
  }

  Scenario& look(const std::string& key) { return take(key, 0); }

  Scenario& take_each(const std::string& prefix, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) take(prefix + std::to_string(i));
    return *this;
  }

  Scenario& count() {
    script_.operations.emplace_back(without_room_text);
    return *this;
  }

  operator grade::Script() const { return script_; }

 private:
  grade::Script script_;
  std::int64_t now_ns_ = 0;
};

// Fills the room, asks for more, and lets some buckets become full: those and no others are
// forgotten.
Scenario fills_up(const TablePolicy& policy) {
  const std::int64_t n = policy.keys_max;
  Scenario scenario(policy);
  scenario.take_each("k", n).take("new").take("newer").look("new").take("k0").count();
  // Each of the first keys once more: they become full later than the others.
  scenario.wait(policy.interval_ns / 2);
  for (std::int64_t i = 0; i < n / 2; ++i) scenario.take("k" + std::to_string(i));
  scenario.take("early").wait(policy.interval_ns - policy.interval_ns / 2 + 1);
  scenario.take_each("new", n - n / 2).take("late").count();
  for (std::int64_t i = 0; i < n; ++i) scenario.look("k" + std::to_string(i));
  for (std::int64_t i = 0; i < n / 2; ++i) scenario.take("k" + std::to_string(i));
  return scenario.count();
}

// What needs no room: looking, costs above the capacity, and keys that have theirs.
Scenario needs_no_room(const TablePolicy& policy) {
  const std::int64_t n = policy.keys_max;
  Scenario scenario(policy);
  for (std::int64_t i = 0; i < 3 * n; ++i) scenario.look("seen" + std::to_string(i));
  for (std::int64_t i = 0; i < n; ++i) {
    scenario.take("large" + std::to_string(i), policy.capacity + 1);
    scenario.take("huge" + std::to_string(i), any_cost_max);
  }
  scenario.count().take_each("k", n).look("other").take("other", policy.capacity + 1).count();
  return scenario.take_each("k", n).take("other").count();
}

// Everything is forgotten and comes again, many times over.
Scenario comes_and_goes(const TablePolicy& policy, base::Random& random) {
  Scenario scenario(policy);
  for (int turn = 0; turn < 12; ++turn) {
    scenario.take_each(fmt::format("t{}k", turn % 3), policy.keys_max).take("onemore");
    scenario.wait(policy.interval_ns * random.between(0, policy.capacity) + random.between(1, 9));
  }
  return scenario.count();
}

Scenario anything(const TablePolicy& policy, base::Random& random, int calls) {
  Scenario scenario(policy);
  for (int i = 0; i < calls; ++i) {
    if (random.chance(0.3)) scenario.wait(random.between(1, policy.interval_ns));
    const auto key = "k" + std::to_string(random.between(0, 2 * policy.keys_max));
    scenario.take(key, random.chance(0.1) ? 0 : random.between(1, policy.capacity + 1));
    if (i % 50 == 0) scenario.count();
  }
  return scenario.count();
}

// Keys at the ends of their range, and numbers at the ends of theirs.
Scenario at_the_ends(base::Random& random) {
  const std::int64_t capacity = random.between(2, 9);
  Scenario scenario({capacity, max_time_ns / capacity, 2, true});
  const std::string longest(256, 'k');
  scenario.take(longest).take(longest.substr(1) + "l", capacity).take("x").look("x").take(longest);
  return scenario.wait(max_time_ns / capacity + 1).take("x").take(longest).take("y").count();
}

}  // namespace

std::vector<grade::Script> plan_room(base::Random& random) {
  const auto policy = [&](std::int64_t keys_max, bool denies) {
    return TablePolicy{random.between(1, 4), random.between(2, 500) * ms, keys_max, denies};
  };
  std::vector<grade::Script> plan{fills_up({1, random.between(2, 500) * ms, 4, true}),
                                  fills_up(policy(random.between(5, 9), true)),
                                  fills_up(policy(random.between(5, 9), false)),
                                  fills_up(policy(1, true)),
                                  needs_no_room(policy(random.between(2, 6), true)),
                                  comes_and_goes(policy(random.between(3, 40), true), random),
                                  comes_and_goes(policy(150, false), random),
                                  at_the_ends(random)};
  for (const std::int64_t keys_max : {1, 2, 5, 17}) {
    plan.push_back(anything(policy(keys_max, random.chance(0.5)), random, 400));
  }
  return plan;
}

std::vector<grade::Script> plan_stress(base::Random& random) {
  std::vector<grade::Script> plan;
  for (const std::int64_t keys_max : {4'096, 24, 3}) {
    const TablePolicy policy{random.between(2, 40), ms, keys_max, random.chance(0.5)};
    grade::Script script{setup_line(policy), {}};
    for (int turn = 0; turn < 4; ++turn) {
      script.operations.push_back(
          fmt::format("load {} 2 2000 {}", random.between(1, 1'000'000), 20));
      script.operations.push_back(tick_text(random.between(0, 60) * ms));
      script.operations.push_back(
          fmt::format("stress {} 3 1500 {}", random.between(1, 1'000'000), 8 << (turn * 2)));
      script.operations.push_back(tick_text(random.between(0, 60) * ms));
      script.operations.emplace_back(without_room_text);
    }
    plan.push_back(std::move(script));
  }
  return plan;
}

}  // namespace assay::graders::rate_limiter
