#include "graders/rate_limiter/limiter/mistakes.hpp"

#include <map>

namespace assay::graders::rate_limiter {
namespace {

using enum Mistake;

struct Known {
  Mistake mistake;
  std::string_view words;
  std::vector<Kind> kinds;
};

const std::vector<Kind> any{std::begin(all_kinds), std::end(all_kinds)};
const std::vector<Kind> buckets{Kind::token_bucket, Kind::gcra};
const std::vector<Kind> bucket{Kind::token_bucket};
const std::vector<Kind> gcra{Kind::gcra};
const std::vector<Kind> windows{Kind::fixed_window, Kind::sliding_log, Kind::sliding_counter};
const std::vector<Kind> fixed{Kind::fixed_window};
const std::vector<Kind> log{Kind::sliding_log};
const std::vector<Kind> counter{Kind::sliding_counter};

const std::vector<Known>& all_known() {
  static const std::vector<Known> known{
      {one_key_for_all, "all keys share one state", any},
      {peek_consumes, "looking (cost 0) takes a token", any},
      {charged_twice, "a call is charged twice", any},
      {retry_after_rounded_down, "retry_after is rounded down to milliseconds", any},
      {remaining_before_decision, "remaining is read before the tokens are taken", any},
      {clock_goes_back, "a step back of the clock is taken for time", any},
      {clock_stands_still, "after a step back, time stands still until the clock has caught up",
       any},
      {step_back_forgives, "a step back makes every key new: a free burst", any},
      {never_refills, "the bucket never refills", buckets},
      {refill_forgets_fractions, "a refill forgets the fraction of a token", bucket},
      {denied_call_resets_refill, "a denied call counts as a refill", bucket},
      {denied_call_is_charged, "a denied call is charged", buckets},
      {not_capped, "the bucket fills beyond its capacity", buckets},
      {starts_empty, "a new bucket starts empty", buckets},
      {cost_above_capacity_unchecked,
       "a cost above the capacity is not looked at first, and its price overflows", bucket},
      {retry_after_is_full_bucket, "retry_after waits for a full bucket", buckets},
      {step_back_empties, "a step back of the clock empties the bucket", buckets},
      {one_token_too_many, "the bucket holds one token too many", gcra},
      {one_token_too_few, "the bucket holds one token too few", gcra},
      {is_token_bucket, "it is a token bucket", windows},
      {is_fixed_window,
       "it is a fixed window",
       {Kind::gcra, Kind::sliding_log, Kind::sliding_counter}},
      {is_sliding_log,
       "it is a sliding log",
       {Kind::gcra, Kind::fixed_window, Kind::sliding_counter}},
      {is_sliding_counter, "it is a sliding counter", {Kind::fixed_window, Kind::sliding_log}},
      {denied_call_counts, "a denied call counts", windows},
      {window_a_nanosecond_longer, "a window ends one nanosecond late", windows},
      {window_starts_at_first_call, "a window starts at the first call in it", fixed},
      {same_instant_overwrites, "of two calls at the same time only the last is logged", log},
      {previous_counts_in_full, "the previous window counts in full until this one ends", counter},
      {previous_outlives_a_gap, "a window without calls does not make the one before it old",
       counter},
      {share_rounded_down, "the previous window's share is rounded down", counter},
      {retry_after_is_next_window, "retry_after is the start of the next window", counter},
      {retry_after_is_oldest_call, "retry_after waits for the oldest call only", log},
      {retry_after_is_empty_log, "retry_after waits until nothing counts", log},
  };
  return known;
}

}  // namespace

std::string_view in_words(Mistake mistake) {
  for (const auto& known : all_known()) {
    if (known.mistake == mistake) return known.words;
  }
  return "none";
}

std::vector<Mistake> mistakes_of(Kind kind) {
  std::vector<Mistake> mistakes;
  for (const auto& known : all_known()) {
    for (const Kind its : known.kinds) {
      if (its == kind) mistakes.push_back(known.mistake);
    }
  }
  return mistakes;
}

}  // namespace assay::graders::rate_limiter
