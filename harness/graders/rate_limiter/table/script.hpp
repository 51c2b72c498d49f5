// The words of the script protocol for the table of level 3.
#pragma once

#include <optional>
#include <string>

#include "graders/rate_limiter/table/model.hpp"

namespace assay::graders::rate_limiter {

std::string setup_line(const TablePolicy& policy);
TablePolicy parse_table_policy(const std::string& line);  // std::logic_error if it isn't ours
std::string in_words(const TablePolicy& policy);

// An operation of a round, whose times its answer tells.
struct RoundOperation {
  enum class Kind { call, tick, without_room, other };
  Kind kind = Kind::other;
  Call call;  // but for its time
};
RoundOperation parse_operation(const std::string& text);
std::string call_text(const std::string& key, std::int64_t cost);
std::string tick_text(std::int64_t step_ns);
inline constexpr const char* without_room_text = "without_room";

struct TimedDecision {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  Decision decision;
};
std::optional<TimedDecision> parse_timed(const std::string& answer);

}  // namespace assay::graders::rate_limiter
