// The rate limiter's words of the script protocol, on the grader's side.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "grade/script_check.hpp"
#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

// The numbers that calls use. The contract says which times and costs there are.
inline constexpr std::int64_t ms = 1'000'000;
inline constexpr std::int64_t hour_ns = 3'600'000 * ms;
inline constexpr std::int64_t max_time_ns = (std::int64_t{1} << 62) - 1;
inline constexpr std::int64_t any_cost_max = std::numeric_limits<std::int64_t>::max();

std::string setup_line(const Policy& policy);
std::string call_line(const Call& call);

// Lines of our own; they always parse (std::logic_error otherwise).
Policy parse_policy(const std::string& line);
Call parse_call(const std::string& line);

// A subject's answer to a call, which may be anything.
std::optional<Decision> parse_decision(const std::string& line);

// "admitted, 2 left", "denied, 0 left, retry after 200 ms".
std::string in_words(const Decision& decision);

}  // namespace assay::graders::rate_limiter
