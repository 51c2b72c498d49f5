// What an organisation has decided about its keys' calls. A dark one denies nothing, so that only
// its count tells; where both would be right, it is known when the count is asked next. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

struct OrganisationDecision {
  TreeOperation call;
  TreeAnswer answer;  // of a dark organisation: what it would have been
};

class OrganisationDecisions {
 public:
  explicit OrganisationDecisions(bool dark) : dark_(dark) {}

  // A call that was answered. `has_it` says whether the organisation has the tokens for it; nothing
  // if that is up to the solution. The answer is the decision, as far as it is known.
  std::optional<OrganisationDecision> hear(const TreeOperation& call, const TreeAnswer& came,
                                           std::optional<bool> has_it);

  // The count that was answered is possible; then it may tell what was decided about the last call.
  bool is_possible(std::int64_t count) const;
  std::optional<OrganisationDecision> hear_count(std::int64_t count);

  std::string count_in_words() const;

 private:
  const bool dark_;
  std::int64_t count_min_ = 0;
  std::int64_t count_max_ = 0;
  std::optional<TreeOperation> open_;  // was counted, or took its tokens
  bool lost_ = false;                  // nobody asked in time: what it holds isn't known any more
};

}  // namespace assay::graders::rate_limiter
