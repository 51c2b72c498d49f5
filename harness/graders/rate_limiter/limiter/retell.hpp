// What happened in one performance, call by call, beside what should have happened. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/limiter/judge.hpp"

namespace assay::graders::rate_limiter {

// What could be admitted at a moment between two calls, where that jumps or bends by itself.
struct Bend {
  std::int64_t time_ns = 0;
  double before = 0;
  double after = 0;
};

struct Told {
  Call call;
  std::int64_t back_ns = 0;  // how far the clock went back since the call before
  Moment moment;             // when the call came, for a limiter that is right
  double room_before = 0;    // what could be admitted then
  double room_after = 0;
  std::vector<Bend> bends;      // since the call before of the same key
  std::vector<Decision> legal;  // what would have been right; more than one at the last call only
  std::optional<Decision> came;
  std::string came_in_words;
};

// A script and its answers, as the judge takes them.
struct Played {
  Policy policy;
  std::vector<Call> calls;
  std::vector<std::optional<Decision>> answers;  // ends at the first exchange without an answer
};
Played played(const grade::Performance& performance);

// Up to and with exchange `last`.
std::vector<Told> retell(const grade::Performance& performance, std::size_t last, Aspects aspects);

}  // namespace assay::graders::rate_limiter
