// What the grader and a limiter talk about: a policy, calls, decisions. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::rate_limiter {

enum class Kind { token_bucket, gcra, fixed_window, sliding_log, sliding_counter };
inline constexpr Kind all_kinds[] = {Kind::token_bucket, Kind::gcra, Kind::fixed_window,
                                     Kind::sliding_log, Kind::sliding_counter};

inline bool has_window(Kind kind) { return kind != Kind::token_bucket && kind != Kind::gcra; }

struct Policy {
  std::int64_t limit = 1;      // a bucket's capacity
  std::int64_t period_ns = 1;  // a bucket's emission interval, otherwise the window
  Kind kind = Kind::token_bucket;
};

struct Call {
  std::int64_t at_ns = 0;
  std::string key;
  std::int64_t cost = 1;
};

struct Decision {
  bool admitted = false;
  std::int64_t remaining = 0;
  std::optional<std::int64_t> retry_after_ns;

  bool operator==(const Decision&) const = default;
};

}  // namespace assay::graders::rate_limiter
