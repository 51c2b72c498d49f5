// The calls of a round, read out of its report. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "grade/rounds.hpp"
#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

// A call as it was seen, or a look at the count of calls without room.
struct SeenCall {
  int thread = 0;
  Call call;                           // but for its time
  std::vector<std::int64_t> times_ns;  // all that the clock showed between its start and its end
  std::optional<Decision> came;
  std::optional<std::int64_t> without_room;
  std::size_t begins = 0;  // events
  std::size_t returns = 0;
};

struct SeenCalls {
  std::vector<SeenCall> calls;           // in the order of their returns
  std::optional<std::size_t> no_answer;  // an event with something that isn't one
};

SeenCalls calls_of(const grade::Program& program, const grade::RoundReport& report);

}  // namespace assay::graders::rate_limiter
