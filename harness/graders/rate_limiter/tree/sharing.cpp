#include "graders/rate_limiter/tree/sharing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

std::string shown(Wide amount) { return base::thousands(static_cast<std::int64_t>(amount)); }

std::string tokens_in_words(Wide numerator, Wide denominator) {
  return fmt::format("{:.4g}", static_cast<double>(numerator) / static_cast<double>(denominator));
}

}  // namespace

TreeSharing::TreeSharing(const TreeOrganisation& organisation)
    : organisation_(organisation),
      token_ns_(organisation.quota.period_ns / organisation.quota.tokens) {
  for (const auto& key : organisation.keys) {
    weights_ += key.weight;
    weight_of_[key.name] = key.weight;
  }
}

std::optional<SharingFault> TreeSharing::hear(const TreeOperation& call, Wide price,
                                              const TreeAnswer& came) {
  const bool some_were = !short_.empty();
  if (some_were) {
    if (auto fault = waste(call.at_ns)) return fault;
  }
  forget_who_is_not_short(call.at_ns);
  fair_ = fair_ && can_be_fair(price);

  const bool denied = !came.admitted && came.denied_by == TreeLevel::organisation;
  if (denied && leaves_a_token(call.key, price)) {
    const bool new_one = short_.count(call.key) == 0;
    if (short_.empty()) some_since_ns_ = call.at_ns, all_admitted_ = 0;
    short_[call.key].until_ns = call.at_ns + token_ns_;
    if (new_one) begin_again(), since_ns_ = call.at_ns;
  }
  if (!came.admitted) return std::nullopt;
  all_admitted_ += price;
  const auto found = short_.find(call.key);
  if (found == short_.end()) return std::nullopt;
  found->second.admitted += price;
  admitted_ += price;
  return unfairness();
}

void TreeSharing::forget_who_is_not_short(std::int64_t now_ns) {
  const auto gone =
      std::erase_if(short_, [&](const auto& one) { return one.second.until_ns < now_ns; });
  if (gone > 0) begin_again(), since_ns_ = now_ns;
}

void TreeSharing::begin_again() {
  admitted_ = 0;
  fair_ = true;
  for (auto& [key, one] : short_) one = {one.until_ns, 0, 0, 0};
}

Wide TreeSharing::weights() const {
  Wide sum = 0;
  for (const auto& [key, one] : short_) sum += weight_of_.at(key);
  return sum;
}

// Its share's capacity is the call and a token or more: then a share that hasn't the tokens isn't
// full until the organisation has gained one.
bool TreeSharing::leaves_a_token(const std::string& key, Wide price) const {
  return (price + 1) * weights_ <= Wide{organisation_.quota.capacity} * weight_of_.at(key);
}

bool TreeSharing::can_be_fair(Wide price) const {
  return std::all_of(weight_of_.begin(), weight_of_.end(),
                     [&](const auto& one) { return leaves_a_token(one.first, price); });
}

std::optional<SharingFault> TreeSharing::waste(std::int64_t now_ns) const {
  std::int64_t end_ns = some_since_ns_;
  for (const auto& [key, one] : short_) end_ns = std::max(end_ns, std::min(one.until_ns, now_ns));
  const auto& quota = organisation_.quota;
  const Wide gained = Wide{end_ns - some_since_ns_} * quota.tokens;
  if ((all_admitted_ + quota.capacity) * quota.period_ns >= gained) return std::nullopt;
  return SharingFault{
      "quota was wasted while a key was short", "more admitted by now",
      fmt::format(
          "for {} some key was short, and the organisation gained {} tokens: it admitted {}",
          base::duration_ns(end_ns - some_since_ns_), tokens_in_words(gained, quota.period_ns),
          shown(all_admitted_))};
}

// Over the whole time in which the same keys were short, and any part of it.
std::optional<SharingFault> TreeSharing::unfairness() {
  const Wide short_weights = weights();
  for (auto& [key, one] : short_) {
    const Wide weight = weight_of_.at(key);
    const Wide lead = one.admitted * short_weights - admitted_ * weight;
    one.lead_min = std::min(one.lead_min, lead);
    one.lead_max = std::max(one.lead_max, lead);
    const Wide lead_limit = 2 * Wide{organisation_.quota.capacity} * weight * short_weights;
    if (!fair_ || (one.lead_max - one.lead_min) * weights_ <= lead_limit) continue;
    return SharingFault{
        "quota was not divided by weight", "what is admitted, divided by weight",
        fmt::format("since t = {} the same {} keys were short; \"{}\" has {} of {} of the weight, "
                    "and was admitted {} of {} tokens",
                    base::duration_ns(since_ns_), short_.size(), key, shown(weight),
                    shown(short_weights), shown(one.admitted), shown(admitted_))};
  }
  return std::nullopt;
}

}  // namespace assay::graders::rate_limiter
