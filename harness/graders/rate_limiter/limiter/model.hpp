// What a limiter answers, exactly: an algorithm with a way to tell the time. Also what limiters
// with a classic mistake answer. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {

class Model {
 public:
  explicit Model(Policy policy, Mistake mistake = Mistake::none, const Way& way = {});

  // The moment at which a call comes, for the limiter. Seeing it twice changes nothing.
  Moment see(const Call& call) { return time_.see(call); }

  Decision acquire(const Call& call);

  // What could be admitted for `key` at a moment, fractions included.
  double room(const std::string& key, const Moment& moment) const;

  // The first moment after this one at which the room of `key` jumps or bends by itself.
  std::optional<Moment> next_bend(const std::string& key, const Moment& moment) const;

 private:
  std::string name_of(const std::string& key, const Moment& moment) const;

  Policy policy_;
  Mistake mistake_;
  Timekeeper time_;
  std::unique_ptr<Algorithm> algorithm_;
};

}  // namespace assay::graders::rate_limiter
