// What a token bucket answers, exactly; and what buckets with a classic mistake answer. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::rate_limiter {

struct Policy {
  std::int64_t capacity = 1;
  std::int64_t interval_ns = 1;
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

// The mistakes that are recognised by their answers; the name is what a learner is told.
enum class Mistake {
  none,
  never_refills,
  refill_forgets_fractions,
  denied_call_resets_refill,
  denied_call_is_charged,
  not_capped,
  peek_consumes,
  charged_twice,
  one_bucket_for_all_keys,
  starts_empty,
  cost_above_capacity_unchecked,
  retry_after_rounded_down,
  retry_after_is_full_bucket,
  remaining_before_decision,
};
std::string_view in_words(Mistake mistake);
const std::vector<Mistake>& all_mistakes();  // without `none`

// A bucket per key, in arithmetic of 128 bits, so that nothing that the contract allows overflows.
class Model {
 public:
  explicit Model(Policy policy, Mistake mistake = Mistake::none);

  Decision acquire(const Call& call);

  // Tokens in the bucket of `key`, fractions included, at a moment not before its last call.
  double tokens_at(const std::string& key, std::int64_t at_ns) const;

 private:
  __extension__ using Wide = __int128;

  // Credit is time: a token is worth one interval.
  struct Bucket {
    Wide credit = 0;
    std::int64_t updated_ns = 0;
  };

  Wide price_of(std::int64_t cost) const;
  void refill(Bucket& bucket, std::int64_t now_ns) const;
  Wide grown(Wide credit, std::int64_t elapsed_ns) const;
  std::int64_t wait_for(Wide price, const Bucket& bucket) const;
  Wide full() const { return Wide{policy_.capacity} * policy_.interval_ns; }

  Policy policy_;
  Mistake mistake_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace assay::graders::rate_limiter
