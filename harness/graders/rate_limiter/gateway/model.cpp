#include "graders/rate_limiter/gateway/model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/structured_fields.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// For gateways that count in floating point, or in microseconds.
constexpr std::int64_t tolerance_ns = 1'000'000;
constexpr std::int64_t always_full = -3'600 * second_ns;
constexpr std::int64_t epoch_s = 1'000'000'000;  // no delta is so long

std::int64_t seconds_up(std::int64_t ns) {
  return (std::max<std::int64_t>(ns, 0) + second_ns - 1) / second_ns;
}

std::string header(const char* name, const std::string& value) {
  return value.empty() ? fmt::format("there is no {}", name) : fmt::format("{}: {}", name, value);
}

// What one answer says of one quota, and what can be true of it.
struct QuotaView {
  GatewayQuota quota;
  std::int64_t debt_low_ns = 0;  // after the decision
  std::int64_t debt_high_ns = 0;
  std::int64_t taken = 0;  // by this request

  std::int64_t left(std::int64_t debt_ns) const {
    return std::clamp<std::int64_t>((quota.window_ns() - debt_ns) / quota.token_ns(), 0,
                                    quota.requests);
  }
  std::int64_t left_least() const { return left(debt_high_ns + tolerance_ns); }
  std::int64_t left_most() const { return left(debt_low_ns - tolerance_ns); }
};

using Difference = std::optional<GatewayDifference>;

Difference wrong_policy(const QuotaView& view, const std::vector<FieldItem>& policies,
                        const std::string& shown) {
  const auto* const item = item_named(policies, view.quota.name);
  const auto expected =
      fmt::format("\"{}\";q={};w={}", view.quota.name, view.quota.requests, view.quota.window_s);
  if (item != nullptr && item->integer("q") == view.quota.requests &&
      item->integer("w") == view.quota.window_s) {
    return std::nullopt;
  }
  return GatewayDifference{header("RateLimit-Policy", shown), expected, ""};
}

Difference wrong_left(const QuotaView& view, std::int64_t left, const std::string& shown) {
  const auto least = view.left_least();
  const auto most = view.left_most();
  if (left >= least && left <= most) return std::nullopt;
  const bool before = left - view.taken >= least && left - view.taken <= most;
  return GatewayDifference{
      header("RateLimit", shown),
      fmt::format("\"{}\";r={}, after the decision", view.quota.name,
                  least == most ? std::to_string(most) : fmt::format("{} to {}", least, most)),
      before && view.taken > 0 ? "r is read before the token is taken" : ""};
}

// In `t` seconds there has to be more than `left`, and it is no later than a full bucket.
Difference wrong_time(const QuotaView& view, std::int64_t left, std::optional<std::int64_t> t,
                      const GatewayReply& reply, const std::string& shown) {
  if (left == view.quota.requests) return std::nullopt;  // there is never more
  const std::int64_t more_at_debt = view.quota.window_ns() - (left + 1) * view.quota.token_ns();
  const auto soonest =
      std::max<std::int64_t>(1, seconds_up(view.debt_low_ns - more_at_debt - tolerance_ns));
  auto latest = std::max<std::int64_t>(1, seconds_up(view.debt_high_ns + tolerance_ns));
  const auto retry_after = reply.retry_after_s();
  const bool denied = reply.status == 429 && left == 0 && retry_after;
  if (denied) latest = std::max(soonest, std::min(latest, *retry_after));
  if (t && *t >= soonest && *t <= latest) return std::nullopt;
  std::string mistake;
  if (t && *t > epoch_s) mistake = "t is a time of day, not a time to wait";
  if (t && *t == 0) mistake = "t is rounded down";
  return GatewayDifference{
      header("RateLimit", shown),
      fmt::format(
          "\"{}\";t={}", view.quota.name,
          soonest == latest ? std::to_string(latest) : fmt::format("{} to {}", soonest, latest)),
      mistake};
}

Difference wrong_fields(const std::vector<QuotaView>& views, const GatewayReply& reply) {
  const auto policies_text = reply.field(policies_field);
  const auto limits_text = reply.field(limits_field);
  const auto policies = parse_field(policies_text);
  const auto limits = parse_field(limits_text);
  if (!policies) {
    return GatewayDifference{header("RateLimit-Policy", policies_text),
                             "a list of names with parameters (RFC 9651)", ""};
  }
  if (!limits) {
    return GatewayDifference{header("RateLimit", limits_text),
                             "a list of names with parameters (RFC 9651)", ""};
  }
  for (const auto& view : views) {
    if (auto wrong = wrong_policy(view, *policies, policies_text)) return wrong;
    const auto* const item = item_named(*limits, view.quota.name);
    const auto left = item == nullptr ? std::nullopt : item->integer("r");
    if (!left) {
      return GatewayDifference{header("RateLimit", limits_text),
                               fmt::format("\"{}\" with an r", view.quota.name), ""};
    }
    if (auto wrong = wrong_left(view, *left, limits_text)) return wrong;
    if (auto wrong = wrong_time(view, *left, item->integer("t"), reply, limits_text)) return wrong;
  }
  return std::nullopt;
}

std::string mistake_in_wait(std::int64_t came_s, std::int64_t least_ns, std::int64_t most_ns,
                            std::int64_t window_s) {
  if (came_s == least_ns / second_ns || came_s == most_ns / second_ns) {
    return "Retry-After is rounded down";
  }
  if (came_s == window_s) return "Retry-After is the whole window";
  return came_s > epoch_s ? "Retry-After is a time of day, not a time to wait" : "";
}

// `least` and `most` bound the wait until all buckets have a token.
Difference wrong_retry_after(const GatewayReply& reply, std::int64_t least_ns, std::int64_t most_ns,
                             std::int64_t window_s) {
  const auto came_s = reply.retry_after_s();
  const auto soonest = std::max<std::int64_t>(1, seconds_up(least_ns - tolerance_ns));
  const auto latest = std::max(soonest, seconds_up(most_ns + tolerance_ns));
  if (came_s && *came_s >= soonest && *came_s <= latest) return std::nullopt;
  const auto expected =
      soonest == latest ? std::to_string(latest) : fmt::format("{} to {}", soonest, latest);
  const auto shown = reply.field(retry_after_field);
  return GatewayDifference{
      header("Retry-After", shown),
      fmt::format("{} s: in {:.2f} s there is a token", expected,
                  static_cast<double>(std::max<std::int64_t>(most_ns, 0)) / second_ns),
      came_s ? mistake_in_wait(*came_s, least_ns, most_ns, window_s) : ""};
}

// A token that was taken: between the sending of a request and the coming of its answer.
struct Charge {
  std::int64_t sent_ns = 0;
  std::int64_t came_ns = 0;
};

// When the bucket is full, if each of these took its token as early as it can have.
std::int64_t full_at_the_earliest(std::vector<Charge> charges, const GatewayQuota& quota) {
  std::ranges::sort(charges, {}, &Charge::sent_ns);
  std::int64_t full_at = always_full;
  for (const auto& each : charges) full_at = std::max(full_at, each.sent_ns) + quota.token_ns();
  return full_at;
}

// The same if each took it as late as it can have, and before `now_ns`.
std::int64_t full_at_the_latest(std::vector<Charge> charges, const GatewayQuota& quota,
                                std::int64_t now_ns) {
  std::ranges::sort(charges, {}, &Charge::came_ns);
  std::int64_t full_at = always_full;
  for (const auto& each : charges) {
    const std::int64_t taken_ns = std::min(each.came_ns, now_ns);
    // A bucket that gave a token isn't emptier than empty.
    full_at =
        std::min(std::max(full_at, taken_ns) + quota.token_ns(), taken_ns + quota.window_ns());
  }
  return full_at;
}

Difference wrong_status(const GatewayAsk& ask, const GatewayReply& reply) {
  const auto due = ask.status_of_service();
  if (!due || reply.status == *due || reply.status == 429) return std::nullopt;
  return GatewayDifference{
      fmt::format("answered with {}, though the service answers with {}", reply.status, *due),
      fmt::format("{} or 429", *due), ""};
}

// `wait` until all buckets have a token; `beyond_ns` is how much was taken without one.
Difference wrong_admission(const GatewayReply& reply, const GatewayModel::Range& wait,
                           std::int64_t beyond_ns, bool without_failed) {
  const bool denied = reply.status == 429;
  if (denied && wait.high <= -tolerance_ns) {
    return GatewayDifference{"denied, though every bucket that it asks has a token", "200", ""};
  }
  if (denied || beyond_ns <= tolerance_ns) return std::nullopt;
  std::string mistake;
  if (reply.status == 503) mistake = "503 for a used-up quota: that says overload";
  if (without_failed) mistake = "a token is given back when its request fails";
  return GatewayDifference{
      fmt::format("answered with {}, though a bucket has no token for {:.2f} s", reply.status,
                  static_cast<double>(beyond_ns) / second_ns),
      "429", mistake};
}

bool took_tokens(const GatewayReply& reply) { return reply.status != 429; }

}  // namespace

void GatewayModel::add(const GatewayAsk& ask, const GatewayReply& reply) {
  if (took_tokens(reply)) {
    for (const auto& quota : setup_.quotas_of(ask.target)) {
      taken_[{ask.as, quota.name}].push_back(answered_.size());
    }
  }
  answered_.push_back({ask, reply});
}

std::vector<GatewayModel::Bucket> GatewayModel::buckets_of(std::size_t index) const {
  const GatewayAsk& ask = answered_[index].ask;
  const GatewayReply& reply = answered_[index].reply;
  std::vector<Bucket> buckets;
  for (const auto& quota : setup_.quotas_of(ask.target)) {
    std::vector<Charge> before;    // its decision, whenever that was
    std::vector<Charge> possible;  // before it
    std::vector<Charge> within;    // with its own: before its answer came
    std::vector<Charge> within_good;
    const auto found = taken_.find({ask.as, quota.name});
    if (found != taken_.end()) {
      for (const std::size_t each : found->second) {
        const auto& other = answered_[each].reply;
        const Charge charge{other.sent_ns, other.came_ns};
        if (other.came_ns <= reply.came_ns) {
          within.push_back(charge);
          if (other.status < 500 || each == index) within_good.push_back(charge);
        }
        if (each == index) continue;
        if (other.came_ns <= reply.sent_ns) before.push_back(charge);
        if (other.sent_ns < reply.came_ns) possible.push_back(charge);
      }
    }
    const Range full_at{full_at_the_earliest(before, quota),
                        full_at_the_latest(possible, quota, reply.came_ns)};
    // A token takes a debt that is smaller than this.
    const std::int64_t room_ns = quota.window_ns() - quota.token_ns();
    const auto beyond = [&, &of = quota](std::vector<Charge> charges) {
      return full_at_the_earliest(std::move(charges), of) - reply.came_ns - of.window_ns();
    };
    buckets.push_back(
        {quota,
         full_at,
         {full_at.low - reply.came_ns - room_ns, full_at.high - reply.sent_ns - room_ns},
         beyond(within),
         beyond(within_good) <= tolerance_ns});
  }
  return buckets;
}

std::optional<GatewayDifference> GatewayModel::difference(std::size_t index,
                                                          const GatewayAspects& aspects) const {
  const auto& [ask, reply] = answered_[index];
  const auto buckets = buckets_of(index);
  // Until all of them have a token; below 0, since when.
  Range wait{buckets[0].wait};
  std::int64_t window_s = buckets[0].quota.window_s;
  Bucket emptiest = buckets[0];
  for (const auto& bucket : buckets) {
    if (bucket.wait.high > wait.high) window_s = bucket.quota.window_s;
    wait = {std::max(wait.low, bucket.wait.low), std::max(wait.high, bucket.wait.high)};
    if (bucket.beyond_ns > emptiest.beyond_ns) emptiest = bucket;
  }
  if (aspects.admission) {
    if (auto wrong = wrong_admission(reply, wait, emptiest.beyond_ns, emptiest.without_failed)) {
      return wrong;
    }
    if (!aspects.slots_are_taken) {
      if (auto wrong = wrong_status(ask, reply)) return wrong;
    }
  }
  if (aspects.retry_after && reply.status == 429) {
    if (auto wrong = wrong_retry_after(reply, wait.low, wait.high, window_s)) return wrong;
  }
  return aspects.fields ? wrong_fields_of(index, buckets) : std::nullopt;
}

// What is left may be read at any moment from the decision to the answer.
std::optional<GatewayDifference> GatewayModel::wrong_fields_of(
    std::size_t index, const std::vector<Bucket>& buckets) const {
  const auto& reply = answered_[index].reply;
  const std::int64_t taken = took_tokens(reply) ? 1 : 0;
  std::vector<QuotaView> views;
  for (const auto& bucket : buckets) {
    const std::int64_t taken_ns = taken * bucket.quota.token_ns();
    const std::int64_t full_low =
        taken == 0 ? bucket.full_at.low : std::max(bucket.full_at.low, reply.sent_ns) + taken_ns;
    const std::int64_t debt_low = std::max<std::int64_t>(full_low - reply.came_ns, 0);
    const std::int64_t debt_high =
        std::max<std::int64_t>(bucket.full_at.high - reply.sent_ns, 0) + taken_ns;
    views.push_back({bucket.quota, std::min(debt_low, bucket.quota.window_ns()),
                     std::min(debt_high, bucket.quota.window_ns()), taken});
  }
  return wrong_fields(views, reply);
}

GatewayModel::Range GatewayModel::admitted_from_ns(const GatewayAsk& ask) const {
  GatewayModel later = *this;
  GatewayReply reply;
  reply.status = 429;
  for (const auto& each : answered_) {
    reply.sent_ns = reply.came_ns = std::max(reply.came_ns, each.reply.came_ns);
  }
  later.add(ask, reply);
  Range from{0, 0};
  for (const auto& bucket : later.buckets_of(answered_.size())) {
    from = {std::max(from.low, bucket.wait.low + reply.sent_ns),
            std::max(from.high, bucket.wait.high + reply.sent_ns)};
  }
  return from;
}

}  // namespace assay::graders::rate_limiter
