// Credit is time: a token is worth one interval.
#include <algorithm>
#include <map>

#include "graders/rate_limiter/limiter/algorithm.hpp"

namespace assay::graders::rate_limiter {
namespace {

class TokenBucket final : public Algorithm {
 public:
  TokenBucket(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

  Decision acquire(const std::string& key, std::int64_t cost, const Moment& moment) override {
    const Wide at_first = mistake_ == Mistake::starts_empty ? 0 : full();
    Bucket& bucket = buckets_.try_emplace(key, Bucket{at_first, moment.time_ns}).first->second;
    const Wide unrefilled = bucket.credit;
    refill(bucket, moment.time_ns);

    const bool never = cost > policy_.limit && mistake_ != Mistake::cost_above_capacity_unchecked;
    const Wide price = price_of(cost);
    const bool admitted = !never && price <= bucket.credit;
    if (admitted) {
      bucket.credit -= price;
    } else if (mistake_ == Mistake::denied_call_is_charged && !never) {
      bucket.credit -= price;
    } else if (mistake_ == Mistake::denied_call_resets_refill) {
      bucket.credit = unrefilled;
    }
    const auto tokens = static_cast<std::int64_t>(bucket.credit / policy_.period_ns);
    Decision decision{admitted, tokens, std::nullopt};
    if (!admitted && !never) decision.retry_after_ns = wait_for(price, bucket);
    return decision;
  }

  double room(const std::string& key, const Moment& moment) const override {
    const auto found = buckets_.find(key);
    if (found == buckets_.end()) return static_cast<double>(policy_.limit);
    Bucket bucket = found->second;
    refill(bucket, moment.time_ns);
    return static_cast<double>(bucket.credit) / static_cast<double>(policy_.period_ns);
  }

  std::optional<std::int64_t> next_bend_ns(const std::string& /*key*/,
                                           const Moment& /*moment*/) const override {
    return std::nullopt;
  }

 private:
  struct Bucket {
    Wide credit = 0;
    std::int64_t updated_ns = 0;
  };

  Wide price_of(std::int64_t cost) const {
    if (mistake_ != Mistake::cost_above_capacity_unchecked) return Wide{cost} * policy_.period_ns;
    // As 64 bits would have it.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(cost) *
                                     static_cast<std::uint64_t>(policy_.period_ns));
  }

  void refill(Bucket& bucket, std::int64_t now_ns) const {
    bucket.credit += growth(now_ns - bucket.updated_ns);
    if (mistake_ != Mistake::not_capped) bucket.credit = std::min(bucket.credit, full());
    bucket.updated_ns = now_ns;
  }

  Wide growth(std::int64_t elapsed_ns) const {
    if (mistake_ == Mistake::never_refills) return 0;
    const bool whole = mistake_ == Mistake::refill_forgets_fractions;
    return whole ? elapsed_ns / policy_.period_ns * policy_.period_ns : elapsed_ns;
  }

  std::int64_t wait_for(Wide price, const Bucket& bucket) const {
    const bool for_full = mistake_ == Mistake::retry_after_is_full_bucket;
    return static_cast<std::int64_t>((for_full ? full() : price) - bucket.credit);
  }

  Wide full() const { return Wide{policy_.limit} * policy_.period_ns; }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace

std::unique_ptr<Algorithm> make_token_bucket(Policy policy, Mistake mistake) {
  return std::make_unique<TokenBucket>(policy, mistake);
}

}  // namespace assay::graders::rate_limiter
