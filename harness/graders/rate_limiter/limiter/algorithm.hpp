// The algorithms by themselves: what each keeps for a key, and how it decides at a moment. Exact,
// in arithmetic of 128 bits where 64 might not do, and able to make its classic mistakes. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "graders/rate_limiter/limiter/mistakes.hpp"
#include "graders/rate_limiter/limiter/timekeeping.hpp"
#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

__extension__ using Wide = __int128;

class Algorithm {
 public:
  virtual ~Algorithm() = default;

  virtual Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) = 0;

  // What could be admitted at this moment, fractions included.
  virtual double room(const std::string& key, const Moment& moment) const = 0;

  // After how long the room jumps or bends by itself, if it does.
  virtual std::optional<std::int64_t> next_bend_ns(const std::string& key,
                                                   const Moment& moment) const = 0;
};

std::unique_ptr<Algorithm> make_token_bucket(Policy policy, Mistake mistake);
std::unique_ptr<Algorithm> make_gcra(Policy policy, Mistake mistake);
std::unique_ptr<Algorithm> make_fixed_window(Policy policy, Mistake mistake);
std::unique_ptr<Algorithm> make_sliding_log(Policy policy, Mistake mistake);
std::unique_ptr<Algorithm> make_sliding_counter(Policy policy, Mistake mistake);

// The algorithm of this kind; or, for a mistake that says so, another one with the same numbers.
std::unique_ptr<Algorithm> make_algorithm(Policy policy, Mistake mistake);

}  // namespace assay::graders::rate_limiter
