// Traffic that isn't a check's: for predictions, and for `compare`. Played on the exact models.
// Pure.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/model.hpp"

namespace assay::graders::rate_limiter {

struct Outcome {
  std::int64_t calls = 0;
  std::int64_t admitted = 0;

  double denied_percent() const;
};

// Calls of cost 1 for one key that come at random (Poisson), so far apart on average.
Outcome play_at_random(std::uint64_t seed, Policy policy, double mean_gap_ns, std::int64_t calls);

// `callers` at one moment; each who is denied comes back when it was told to (later, at random, by
// up to `jitter_ns`), until all are admitted. The bucket is empty when they come.
Outcome play_a_herd(base::Random& random, Policy policy, std::int64_t callers,
                    std::int64_t jitter_ns);

// The most that somebody who waits for the worst moment is admitted within `stretch_ns`.
std::int64_t worst_stretch(Policy policy, std::int64_t stretch_ns);

// `burst` calls at once, `times` times: the first at `first_ns`, the others `every_ns` apart.
Outcome play_bursts(Policy policy, std::int64_t burst, std::int64_t first_ns, std::int64_t every_ns,
                    std::int64_t times);

}  // namespace assay::graders::rate_limiter
