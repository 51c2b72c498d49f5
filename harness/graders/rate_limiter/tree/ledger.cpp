#include "graders/rate_limiter/tree/ledger.hpp"

#include <algorithm>

namespace assay::graders::rate_limiter {
namespace {

UnitBucket plain_bucket(const TreeQuota& quota) {
  const Wide full = Wide{quota.capacity} * quota.period_ns;
  return {quota.tokens, full, full, 0};
}

TreeWait wait_until(Wide wanted, const UnitBucket& bucket, std::int64_t at_ns) {
  const Wide missing = std::max(wanted - bucket.level_at(at_ns), Wide{0});
  return static_cast<std::int64_t>((missing + bucket.speed - 1) / bucket.speed);
}

}  // namespace

Wide UnitBucket::level_at(std::int64_t ns) const {
  return std::min(full, level + speed * (ns - at_ns));
}

void UnitBucket::refill(std::int64_t ns) {
  level = level_at(ns);
  at_ns = ns;
}

TreeWait longer(TreeWait a, TreeWait b) { return a && b ? std::max(a, b) : std::nullopt; }

TreeLedger::TreeLedger(const TreePolicy& policy) : policy_(policy) {
  for (std::size_t i = 0; i < policy_.size(); ++i) {
    const TreeQuota& quota = policy_[i].quota;
    const auto& keys = policy_[i].keys;
    Shared shared;
    for (const auto& key : keys) shared.weights += key.weight;
    shared.token = shared.weights * quota.period_ns;
    const auto part = [&](Wide weight) {
      const Wide full = Wide{quota.capacity} * quota.period_ns * weight;
      return UnitBucket{quota.tokens * weight, full, full, 0};
    };
    shared.whole = part(shared.weights);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      shared.shares.push_back(part(keys[k].weight));
      const auto& routes = keys[k].routes;
      for (std::size_t r = 0; r < routes.size(); ++r) {
        plain_[{i, k, r}].bucket = plain_bucket(routes[r].quota);
        places_[{keys[k].name, routes[r].name}] = {i, k, r};
      }
      plain_[{i, k, routes.size()}].bucket = plain_bucket(keys[k].quota);
    }
    shared_.push_back(std::move(shared));
  }
}

TreeLedger::Place TreeLedger::place_of(const TreeOperation& call) const {
  return places_.at({call.key, call.route});
}

const TreeOrganisation& TreeLedger::organisation(const Place& place) const {
  return policy_[place.organisation];
}

const TreeKey& TreeLedger::key(const Place& place) const {
  return organisation(place).keys[place.key];
}

const TreeRoute& TreeLedger::route(const Place& place) const {
  return key(place).routes[place.route];
}

Wide TreeLedger::price(const TreeOperation& call) const {
  return Wide{route(place_of(call)).price} * call.cost;
}

const TreeLedger::Plain& TreeLedger::plain(const Place& place, TreeLevel level) const {
  const auto last = level == TreeLevel::key ? key(place).routes.size() : place.route;
  return plain_.at({place.organisation, place.key, last});
}

const TreeQuota& TreeLedger::quota(const Place& place, TreeLevel level) const {
  if (level == TreeLevel::organisation) return organisation(place).quota;
  return level == TreeLevel::key ? key(place).quota : route(place).quota;
}

TreeWait TreeLedger::wait_below(const TreeOperation& call, TreeLevel below) const {
  const Place place = place_of(call);
  const TreeQuota& of_node = quota(place, below);
  if (price(call) > of_node.capacity) return std::nullopt;
  return wait_until(price(call) * of_node.period_ns, plain(place, below).bucket, call.at_ns);
}

TreeWait TreeLedger::wait_guaranteed(const TreeOperation& call) const {
  const Place place = place_of(call);
  const Shared& shared = shared_[place.organisation];
  const Wide share_of_capacity = Wide{organisation(place).quota.capacity} * key(place).weight;
  if (price(call) * shared.weights > share_of_capacity) return std::nullopt;
  return wait_until(price(call) * shared.token, shared.shares[place.key], call.at_ns);
}

// What the other keys' shares leave of the organisation's bucket.
Wide TreeLedger::room_for(const TreeOperation& call, std::int64_t at_ns) const {
  const Place place = place_of(call);
  const Shared& shared = shared_[place.organisation];
  Wide room = shared.whole.level_at(at_ns);
  for (std::size_t k = 0; k < shared.shares.size(); ++k) {
    if (k != place.key) room -= shared.shares[k].level_at(at_ns);
  }
  return std::min(room, shared.shares[place.key].full);
}

bool TreeLedger::may_borrow(const TreeOperation& call, std::int64_t at_ns) const {
  return wait_guaranteed(call) &&
         price(call) * shared_[place_of(call).organisation].token <= room_for(call, at_ns);
}

double TreeLedger::held(const TreeOperation& call, TreeLevel level) const {
  const Place place = place_of(call);
  if (level == TreeLevel::organisation) {
    return static_cast<double>(room_for(call, call.at_ns)) /
           static_cast<double>(shared_[place.organisation].token);
  }
  return static_cast<double>(plain(place, level).bucket.level_at(call.at_ns)) /
         static_cast<double>(quota(place, level).period_ns);
}

double TreeLedger::share(const TreeOperation& call) const {
  const Place place = place_of(call);
  const Shared& shared = shared_[place.organisation];
  return static_cast<double>(shared.shares[place.key].level_at(call.at_ns)) /
         static_cast<double>(shared.token);
}

std::optional<bool> TreeLedger::organisation_has(const TreeOperation& call) const {
  if (wait_guaranteed(call) == 0) return true;
  return may_borrow(call, call.at_ns) ? std::nullopt : std::optional(false);
}

void TreeLedger::take_below(const TreeOperation& call) {
  const Place place = place_of(call);
  for (const TreeLevel level : {TreeLevel::key, TreeLevel::route}) {
    const bool has_it = wait_below(call, level) == 0;
    const auto last = level == TreeLevel::key ? key(place).routes.size() : place.route;
    Plain& node = plain_.at({place.organisation, place.key, last});
    node.bucket.refill(call.at_ns);
    if (has_it) node.bucket.level -= price(call) * quota(place, level).period_ns;
    if (!has_it) ++node.would_have_denied;
  }
}

void TreeLedger::take_at_organisation(const TreeOperation& call) {
  const Place place = place_of(call);
  Shared& shared = shared_[place.organisation];
  const Wide amount = price(call) * shared.token;
  shared.whole.refill(call.at_ns);
  shared.whole.level -= amount;
  UnitBucket& share = shared.shares[place.key];
  share.refill(call.at_ns);
  share.level = std::max(share.level - amount, Wide{0});
}

std::int64_t TreeLedger::would_have_denied(const TreeOperation& call, TreeLevel below) const {
  return plain(place_of(call), below).would_have_denied;
}

}  // namespace assay::graders::rate_limiter
