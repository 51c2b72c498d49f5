#include "graders/rate_limiter/tree/decisions.hpp"

#include <utility>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

OrganisationDecision decided(const TreeOperation& call, bool has_it) {
  if (has_it) return {call, {true, std::nullopt, std::nullopt}};
  return {call, {false, TreeLevel::organisation, std::nullopt}};
}

}  // namespace

std::optional<OrganisationDecision> OrganisationDecisions::hear(const TreeOperation& call,
                                                                const TreeAnswer& came,
                                                                std::optional<bool> has_it) {
  if (!dark_) return OrganisationDecision{call, came};
  if (std::exchange(open_, std::nullopt)) lost_ = true;
  if (lost_ && came.admitted) ++count_max_;
  if (lost_) return std::nullopt;
  if (!came.admitted) return OrganisationDecision{call, came};
  if (has_it != true) ++count_max_;
  if (has_it == false) ++count_min_;
  if (has_it) return decided(call, *has_it);
  open_ = call;
  return std::nullopt;
}

bool OrganisationDecisions::is_possible(std::int64_t count) const {
  return count_min_ <= count && count <= count_max_;
}

std::optional<OrganisationDecision> OrganisationDecisions::hear_count(std::int64_t count) {
  const auto open = std::exchange(open_, std::nullopt);
  if (!is_possible(count)) {
    lost_ = true;
    return std::nullopt;
  }
  const bool has_it = count == count_min_;
  count_min_ = count_max_ = count;
  return open ? std::optional(decided(*open, has_it)) : std::nullopt;
}

std::string OrganisationDecisions::count_in_words() const {
  const auto least = base::thousands(count_min_);
  return count_min_ == count_max_ ? least : least + " to " + base::thousands(count_max_);
}

}  // namespace assay::graders::rate_limiter
