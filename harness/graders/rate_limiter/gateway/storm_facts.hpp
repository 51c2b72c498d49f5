// What is known of a storm beside its requests, as a line of evidence. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace assay::graders::rate_limiter {

struct StormFacts {
  std::int64_t at_once = 0;  // of a key's requests
  std::int64_t slots = 0;
  std::int64_t queue_ms = 0;
  std::int64_t limit_ms = 0;
  std::int64_t arrived = 0;  // at the service
  std::int64_t most = 0;     // there at the same time
  std::int64_t late_ms = 0;  // how late the grader itself was woken: one of 100 times, later
};

inline constexpr const char* storm_facts_line = "storm";
// The problem of a reply to a client that left on purpose.
inline constexpr const char* storm_left = "left";

std::string to_line(const StormFacts& facts);
// Throws std::runtime_error for another line.
StormFacts parse_storm_facts(const std::string& line);

}  // namespace assay::graders::rate_limiter
