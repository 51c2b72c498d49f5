// The generic cell rate algorithm: for each key, the time at which its bucket will be full again.
#include <algorithm>
#include <map>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {
namespace {

class Gcra final : public Algorithm {
 public:
  Gcra(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

  Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) override {
    const Wide debt = debt_of(key, moment);
    if (cost > policy_.limit) return {false, tokens_beside(debt), std::nullopt};

    const Wide new_debt = debt + Wide{cost} * policy_.period_ns;
    const bool admitted = new_debt <= tolerance();
    if (admitted || mistake_ == Mistake::denied_call_is_charged) {
      full_again_ns_[key] = new_debt + (mistake_ == Mistake::never_refills ? 0 : moment.time_ns);
    }
    if (admitted) return {true, tokens_beside(new_debt), std::nullopt};
    const bool for_full = mistake_ == Mistake::retry_after_is_full_bucket;
    const auto wait_ns = static_cast<std::int64_t>(for_full ? debt : new_debt - tolerance());
    return {false, tokens_beside(debt), wait_ns};
  }

  double room(const std::string& key, const Moment& moment) const override {
    return static_cast<double>(tolerance() - debt_of(key, moment)) /
           static_cast<double>(policy_.period_ns);
  }

  std::optional<std::int64_t> next_bend_ns(const std::string& /*key*/,
                                           const Moment& /*moment*/) const override {
    return std::nullopt;
  }

 private:
  Wide debt_of(const std::string& key, const Moment& moment) const {
    const auto found = full_again_ns_.find(key);
    const bool is_new = found == full_again_ns_.end();
    if (is_new && mistake_ == Mistake::starts_empty) return tolerance();
    const Wide full_again_ns = is_new ? 0 : found->second;
    if (mistake_ == Mistake::never_refills) return full_again_ns;
    const Wide debt = full_again_ns - moment.time_ns;
    if (mistake_ == Mistake::step_back_empties && debt > tolerance()) return tolerance();
    return mistake_ == Mistake::not_capped ? debt : std::max<Wide>(debt, 0);
  }

  std::int64_t tokens_beside(Wide debt) const {
    return static_cast<std::int64_t>((tolerance() - debt) / policy_.period_ns);
  }

  Wide tolerance() const {
    const int more = mistake_ == Mistake::one_token_too_many  ? 1
                     : mistake_ == Mistake::one_token_too_few ? -1
                                                              : 0;
    return (Wide{policy_.limit} + more) * policy_.period_ns;
  }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Wide> full_again_ns_;
};

}  // namespace

std::unique_ptr<Algorithm> make_gcra(Policy policy, Mistake mistake) {
  return std::make_unique<Gcra>(policy, mistake);
}

}  // namespace assay::graders::rate_limiter
