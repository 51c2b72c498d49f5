#include "graders/rate_limiter/tree/askers.hpp"

namespace assay::graders::rate_limiter {

std::vector<std::string> names_of(std::size_t count) {
  const std::vector<std::string> all{"alice", "bob", "carol", "dave", "erin"};
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

TreePolicy sharing_policy(const TreeQuota& quota, const std::vector<std::int64_t>& weights) {
  TreeOrganisation organisation{"acme", quota, {}};
  const auto names = names_of(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    organisation.keys.push_back({names[i], weights[i], boundless, {{the_call, 1, boundless}}});
  }
  return {organisation};
}

std::int64_t sum_of(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += weight;
  return sum;
}

std::vector<std::int64_t> random_weights(base::Random& random, int keys, std::int64_t most) {
  std::vector<std::int64_t> weights;
  for (int i = 0; i < keys; ++i) weights.push_back(random.between(1, most));
  return weights;
}

TreeQuota sharing_quota(base::Random& random, const std::vector<std::int64_t>& weights,
                        std::int64_t each) {
  const std::int64_t tokens = random.between(2, 9);
  return {tokens, tokens * (slots_per_token + 1) * random.between(1, 20) * ms,
          each * sum_of(weights)};
}

std::int64_t slot_ns(const TreeQuota& quota) {
  return quota.period_ns / quota.tokens / (slots_per_token + 1);
}

// When within its part of the time an asker calls is chance: otherwise tokens and calls may keep
// step, and who asks seldom comes first each time.
void keep_asking(base::Random& random, TreeScenario& scenario, const TreeQuota& quota,
                 const std::vector<Asker>& askers, int tokens) {
  const auto names = names_of(5);
  std::vector<int> next(askers.size(), 0);
  for (int slot = 0; slot < tokens * slots_per_token; ++slot) {
    scenario.wait(slot_ns(quota));
    for (std::size_t i = 0; i < askers.size(); ++i) {
      const int part = slots_per_token / askers[i].times;
      if (slot % part == 0) next[i] = slot + static_cast<int>(random.between(0, part - 1));
      if (slot != next[i]) continue;
      const auto& name = names[askers[i].key];
      scenario.spend(name, the_call, askers[i].cost);
      if (quota.dark) scenario.count(TreeLevel::organisation, name, the_call);
    }
  }
}

}  // namespace assay::graders::rate_limiter
