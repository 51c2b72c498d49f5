// Keys that share one organisation's quota, and how they ask for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {

inline const std::string the_call = "call";  // the only route of each key

// The names of the keys of a sharing_policy(); at most five.
std::vector<std::string> names_of(std::size_t count);

// One organisation, in which nothing else ever denies.
TreePolicy sharing_policy(const TreeQuota& quota, const std::vector<std::int64_t>& weights);

std::int64_t sum_of(const std::vector<std::int64_t>& weights);
std::vector<std::int64_t> random_weights(base::Random& random, int keys, std::int64_t most);

// A key that keeps asking, so often in the time in which the organisation gains a token.
struct Asker {
  std::size_t key = 0;
  int times = 4;
  std::int64_t cost = 1;
};

// Of the time in which the organisation gains a token, so many slots are a little less.
inline constexpr int slots_per_token = 24;

// For each unit of weight the organisation holds `each` tokens. Slots are whole milliseconds.
TreeQuota sharing_quota(base::Random& random, const std::vector<std::int64_t>& weights,
                        std::int64_t each = 2);
std::int64_t slot_ns(const TreeQuota& quota);

// For as many slots as tokens have. If the organisation is dark, its count is asked after each
// call.
void keep_asking(base::Random& random, TreeScenario& scenario, const TreeQuota& quota,
                 const std::vector<Asker>& askers, int tokens);

}  // namespace assay::graders::rate_limiter
