#include "graders/rate_limiter/model.hpp"

#include <algorithm>
#include <stdexcept>

namespace assay::graders::rate_limiter {

namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;

}  // namespace

std::string_view in_words(Mistake mistake) {
  switch (mistake) {
    case Mistake::none:
      return "none";
    case Mistake::never_refills:
      return "the bucket never refills";
    case Mistake::refill_forgets_fractions:
      return "a refill forgets the fraction of a token";
    case Mistake::denied_call_resets_refill:
      return "a denied call counts as a refill";
    case Mistake::denied_call_is_charged:
      return "a denied call is charged";
    case Mistake::not_capped:
      return "the bucket fills beyond its capacity";
    case Mistake::peek_consumes:
      return "looking (cost 0) takes a token";
    case Mistake::charged_twice:
      return "a call is charged twice";
    case Mistake::one_bucket_for_all_keys:
      return "all keys share one bucket";
    case Mistake::starts_empty:
      return "a new bucket starts empty";
    case Mistake::cost_above_capacity_unchecked:
      return "a cost above the capacity is not looked at first, and its price overflows";
    case Mistake::retry_after_rounded_down:
      return "retry_after is rounded down to milliseconds";
    case Mistake::retry_after_is_full_bucket:
      return "retry_after waits for a full bucket";
    case Mistake::remaining_before_decision:
      return "remaining is read before the tokens are taken";
  }
  throw std::logic_error("a mistake without words");
}

const std::vector<Mistake>& all_mistakes() {
  static const std::vector<Mistake> all = [] {
    std::vector<Mistake> mistakes;
    const int last = static_cast<int>(Mistake::remaining_before_decision);
    for (int i = 1; i <= last; ++i) mistakes.push_back(static_cast<Mistake>(i));
    return mistakes;
  }();
  return all;
}

Model::Model(Policy policy, Mistake mistake) : policy_(policy), mistake_(mistake) {}

Decision Model::acquire(const Call& call) {
  const std::string key = mistake_ == Mistake::one_bucket_for_all_keys ? "" : call.key;
  const Wide at_first = mistake_ == Mistake::starts_empty ? 0 : full();
  Bucket& bucket = buckets_.try_emplace(key, Bucket{at_first, call.at_ns}).first->second;
  const Wide unrefilled = bucket.credit;
  refill(bucket, call.at_ns);

  const auto tokens = [&] {
    return static_cast<std::int64_t>(bucket.credit / policy_.interval_ns);
  };
  const std::int64_t tokens_before = tokens();
  const bool never =
      call.cost > policy_.capacity && mistake_ != Mistake::cost_above_capacity_unchecked;
  const Wide price = price_of(call.cost);
  const bool admitted = !never && price <= bucket.credit;
  if (admitted) {
    bucket.credit -= price;
    if (mistake_ == Mistake::charged_twice && price <= bucket.credit) bucket.credit -= price;
  } else if (mistake_ == Mistake::denied_call_is_charged && !never) {
    bucket.credit -= price;
  } else if (mistake_ == Mistake::denied_call_resets_refill) {
    bucket.credit = unrefilled;
  }
  Decision decision{admitted, tokens(), std::nullopt};
  if (mistake_ == Mistake::remaining_before_decision) decision.remaining = tokens_before;
  if (!admitted && !never) decision.retry_after_ns = wait_for(price, bucket);
  return decision;
}

Model::Wide Model::price_of(std::int64_t cost) const {
  if (mistake_ == Mistake::peek_consumes) cost = std::max<std::int64_t>(cost, 1);
  if (mistake_ != Mistake::cost_above_capacity_unchecked) return Wide{cost} * policy_.interval_ns;
  // As 64 bits would have it.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(cost) *
                                   static_cast<std::uint64_t>(policy_.interval_ns));
}

double Model::tokens_at(const std::string& key, std::int64_t at_ns) const {
  const auto found = buckets_.find(key);
  if (found == buckets_.end()) return static_cast<double>(policy_.capacity);
  Bucket bucket = found->second;
  refill(bucket, std::max(at_ns, bucket.updated_ns));
  return static_cast<double>(bucket.credit) / static_cast<double>(policy_.interval_ns);
}

void Model::refill(Bucket& bucket, std::int64_t now_ns) const {
  const std::int64_t elapsed_ns = now_ns - bucket.updated_ns;
  bucket.credit = grown(bucket.credit, elapsed_ns);
  if (mistake_ != Mistake::not_capped) bucket.credit = std::min(bucket.credit, full());
  bucket.updated_ns = now_ns;
}

Model::Wide Model::grown(Wide credit, std::int64_t elapsed_ns) const {
  const std::int64_t interval = policy_.interval_ns;
  switch (mistake_) {
    case Mistake::never_refills:
      return credit;
    case Mistake::refill_forgets_fractions:
      return credit + Wide{elapsed_ns / interval} * interval;
    default:
      return credit + elapsed_ns;
  }
}

std::int64_t Model::wait_for(Wide price, const Bucket& bucket) const {
  const bool for_full = mistake_ == Mistake::retry_after_is_full_bucket;
  const auto wait_ns = static_cast<std::int64_t>((for_full ? full() : price) - bucket.credit);
  const bool rounds = mistake_ == Mistake::retry_after_rounded_down;
  return rounds ? wait_ns / millisecond_ns * millisecond_ns : wait_ns;
}

}  // namespace assay::graders::rate_limiter
