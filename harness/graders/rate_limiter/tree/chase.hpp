// Random calls of any tree, most of them made again at the moment for which their tokens are owed,
// and a nanosecond before.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "graders/rate_limiter/tree/ledger.hpp"
#include "graders/rate_limiter/tree/scenario.hpp"

namespace assay::graders::rate_limiter {

struct ChaseHabits {
  int rounds = 60;
  std::int64_t pause_ns_max = 30 * ms;  // between two calls
  std::int64_t cost_max = 3;
  bool counts = false;  // of a dark organisation after each call, of all nodes now and then
};

// Plans with a ledger of its own, in which organisations lend nothing: where they do, a call may be
// admitted earlier than is planned here.
class TreeChase {
 public:
  explicit TreeChase(const TreePolicy& policy);

  // A call now, a number of times.
  TreeChase& spend(const std::string& key, const std::string& route, std::int64_t cost = 1,
                   std::int64_t times = 1);
  TreeChase& wait(std::int64_t ns);
  TreeChase& chase(base::Random& random, const ChaseHabits& habits);

  operator grade::Script() const { return scenario_; }

 private:
  TreeWait ask(TreeOperation call);
  void chase_one(base::Random& random, const ChaseHabits& habits, const TreeOperation& call);
  void count(base::Random& random, const TreeOperation& call);

  const TreePolicy policy_;
  TreeScenario scenario_;
  TreeLedger ledger_;
};

}  // namespace assay::graders::rate_limiter
