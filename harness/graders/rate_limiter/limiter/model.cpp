#include "graders/rate_limiter/limiter/model.hpp"

#include <algorithm>
#include <stdexcept>

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;

Kind kind_for(const Policy& policy, Mistake mistake) {
  switch (mistake) {
    case Mistake::is_token_bucket:
      return Kind::token_bucket;
    case Mistake::step_back_empties:
      return Kind::gcra;
    case Mistake::is_fixed_window:
      return Kind::fixed_window;
    case Mistake::is_sliding_log:
      return Kind::sliding_log;
    case Mistake::is_sliding_counter:
      return Kind::sliding_counter;
    default:
      return policy.kind;
  }
}

// For a mistake that is another algorithm: its policy, which admits as much in as long.
Policy policy_for(Policy policy, Mistake mistake) {
  const Kind kind = kind_for(policy, mistake);
  if (has_window(policy.kind) && !has_window(kind)) {
    policy.period_ns = std::max<std::int64_t>(1, policy.period_ns / policy.limit);
  } else if (!has_window(policy.kind) && has_window(kind)) {
    policy.period_ns *= policy.limit;
  }
  policy.kind = kind;
  return policy;
}

}  // namespace

std::unique_ptr<Algorithm> make_algorithm(Policy policy, Mistake mistake) {
  switch (policy.kind) {
    case Kind::token_bucket:
      return make_token_bucket(policy, mistake);
    case Kind::gcra:
      return make_gcra(policy, mistake);
    case Kind::fixed_window:
      return make_fixed_window(policy, mistake);
    case Kind::sliding_log:
      return make_sliding_log(policy, mistake);
    case Kind::sliding_counter:
      return make_sliding_counter(policy, mistake);
  }
  throw std::logic_error("an algorithm without a model");
}

Model::Model(Policy policy, Mistake mistake, const Way& way)
    : policy_(policy_for(policy, mistake)),
      mistake_(mistake),
      time_(way, policy_),
      algorithm_(make_algorithm(policy_, mistake)) {}

std::string Model::name_of(const std::string& key, const Moment& moment) const {
  const std::string name = mistake_ == Mistake::one_key_for_all ? "" : key;
  return moment.epoch == 0 ? name : name + ' ' + std::to_string(moment.epoch);
}

Decision Model::acquire(const Call& call) {
  const Moment moment = see(call);
  const std::string key = name_of(call.key, moment);
  const bool takes = mistake_ == Mistake::peek_consumes;
  const std::int64_t cost = takes ? std::max<std::int64_t>(call.cost, 1) : call.cost;

  std::optional<std::int64_t> remaining;
  if (mistake_ == Mistake::remaining_before_decision) {
    remaining = algorithm_->acquire(key, 0, moment).remaining;
  }
  Decision decision = algorithm_->acquire(key, cost, moment);
  if (mistake_ == Mistake::charged_twice && decision.admitted) {
    remaining = algorithm_->acquire(key, cost, moment).remaining;
  }
  if (remaining) decision.remaining = *remaining;
  if (mistake_ == Mistake::retry_after_rounded_down && decision.retry_after_ns) {
    *decision.retry_after_ns -= *decision.retry_after_ns % millisecond_ns;
  }
  return decision;
}

double Model::room(const std::string& key, const Moment& moment) const {
  return algorithm_->room(name_of(key, moment), moment);
}

std::optional<Moment> Model::next_bend(const std::string& key, const Moment& moment) const {
  const auto wait_ns = algorithm_->next_bend_ns(name_of(key, moment), moment);
  if (!wait_ns) return std::nullopt;
  return later(moment, *wait_ns, policy_);
}

}  // namespace assay::graders::rate_limiter
