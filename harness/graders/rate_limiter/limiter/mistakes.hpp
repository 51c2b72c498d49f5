// The mistakes that are recognised by their answers; their words are what a learner is told.
#pragma once

#include <string_view>
#include <vector>

#include "graders/rate_limiter/policy.hpp"

namespace assay::graders::rate_limiter {

enum class Mistake {
  none,

  // Of any algorithm.
  one_key_for_all,
  peek_consumes,
  charged_twice,
  retry_after_rounded_down,
  remaining_before_decision,
  clock_goes_back,
  clock_stands_still,
  step_back_forgives,

  // Of buckets.
  never_refills,
  refill_forgets_fractions,
  denied_call_resets_refill,
  denied_call_is_charged,
  not_capped,
  starts_empty,
  cost_above_capacity_unchecked,
  retry_after_is_full_bucket,
  step_back_empties,
  one_token_too_many,
  one_token_too_few,

  // Of windows.
  is_token_bucket,
  is_fixed_window,
  is_sliding_log,
  is_sliding_counter,
  denied_call_counts,
  window_a_nanosecond_longer,
  window_starts_at_first_call,
  same_instant_overwrites,
  previous_counts_in_full,
  previous_outlives_a_gap,
  share_rounded_down,
  retry_after_is_next_window,
  retry_after_is_oldest_call,
  retry_after_is_empty_log,
};

std::string_view in_words(Mistake mistake);

// Those that a limiter of this kind can make.
std::vector<Mistake> mistakes_of(Kind kind);

}  // namespace assay::graders::rate_limiter
