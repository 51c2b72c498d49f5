// GCRA, in virtual time. An organisation has a clock that runs the faster the fewer of its keys
// still want something; on that clock a key's share fills at the same speed whatever the others do,
// and is full again at a known time. So a call changes its own key only, and the keys that aren't
// full wait in a set, by the time at which each will be: none is looked at before.
#include "hierarchy.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace rate_limiter {
namespace {

__extension__ using Wide = __int128;

struct Wait {
  bool never = false;
  Wide ns = 0;

  bool none() const { return !never && ns == 0; }
};

Wait wait_of(Wide missing, Wide speed) {
  return {false, missing <= 0 ? Wide{0} : (missing + speed - 1) / speed};
}

Wait longest_of(Wait a, Wait b) { return {a.never || b.never, std::max(a.ns, b.ns)}; }

// What a bucket lacks, as the time at which it lacks nothing.
class Arrivals {
 public:
  explicit Arrivals(const Quota& quota) : quota_(quota) {}

  Wait wait_for(Wide price, Wide now) const {
    if (price > quota_.capacity) return {true, 0};
    const Wide debt = std::max(full_at_ - now * quota_.tokens, Wide{0});
    const Wide most = Wide{quota_.capacity} * quota_.period.count();
    return wait_of(debt + price * quota_.period.count() - most, quota_.tokens);
  }

  void take(Wide price, Wide now) {
    full_at_ = std::max(full_at_, now * quota_.tokens) + price * quota_.period.count();
  }

  bool dark() const { return quota_.dark; }

 private:
  const Quota quota_;
  Wide full_at_ = 0;  // in 1/tokens ns
};

class VirtualClock {
 public:
  explicit VirtualClock(const OrganisationQuota& organisation) : quota_(organisation.quota) {
    for (const auto& key : organisation.keys) {
      keys_.push_back({key.weight, 0, 0});
      weights_ += key.weight;
    }
  }

  bool dark() const { return quota_.dark; }

  void go_on(Wide now) {
    gained_ += (now - at_) * quota_.tokens * weights_;
    at_ = now;
    while (!filling_.empty()) {
      const auto [full_at, index] = *filling_.begin();
      if (gained_ < cost_until(full_at)) break;
      gained_ -= cost_until(full_at);
      time_ = full_at;
      fill_up();
    }
    if (filling_.empty()) {
      gained_ = 0;
      return;
    }
    const Wide steps = std::min(gained_ / wanting_, filling_.begin()->first - 1 - time_);
    gained_ -= steps * wanting_;
    time_ += steps;
  }

  Wait wait_for(std::size_t index, Wide price) const {
    const Key& key = keys_[index];
    if (price * weights_ > Wide{quota_.capacity} * key.weight) return {true, 0};
    const Wide missing = price * unit() - (most(key) - debt(key));
    if (missing <= 0) return {};
    const Wide wanted_at = time_ + (missing + key.weight - 1) / key.weight;
    Wide costs = 0;  // what all together gain until then
    for (const auto& [full_at, other] : filling_) {
      costs += std::min(debt(keys_[other]), keys_[other].weight * (wanted_at - time_));
    }
    return wait_of(costs - gained_, quota_.tokens * weights_);
  }

  void take(std::size_t index, Wide price) {
    Key& key = keys_[index];
    if (debt(key) > 0) {
      filling_.erase({full_at(key), index});
    } else {
      wanting_ += key.weight;
    }
    key.debt = debt(key) + price * unit();
    key.since = time_;
    filling_.insert({full_at(key), index});
  }

 private:
  struct Key {
    Wide weight;
    Wide debt;   // to a full share
    Wide since;  // on the virtual clock
  };

  Wide unit() const { return quota_.period.count() * weights_; }
  Wide most(const Key& key) const {
    return Wide{quota_.capacity} * quota_.period.count() * key.weight;
  }
  Wide debt(const Key& key) const {
    return std::max(key.debt - key.weight * (time_ - key.since), Wide{0});
  }
  static Wide full_at(const Key& key) {
    return key.since + (key.debt + key.weight - 1) / key.weight;
  }

  // All gain their weight in each step; in its last, a key only what it still lacks.
  Wide cost_until(Wide full_at_time) const {
    Wide cost = wanting_ * (full_at_time - time_);
    for (const auto& [at, index] : filling_) {
      if (at > full_at_time) break;
      const Key& key = keys_[index];
      cost -= key.weight * (full_at_time - time_) - debt(key);
    }
    return cost;
  }

  void fill_up() {
    while (!filling_.empty() && filling_.begin()->first <= time_) {
      Key& key = keys_[filling_.begin()->second];
      key.debt = 0;
      wanting_ -= key.weight;
      filling_.erase(filling_.begin());
    }
  }

  const Quota quota_;
  Wide weights_ = 0;
  std::vector<Key> keys_;
  std::set<std::pair<Wide, std::size_t>> filling_;  // those that aren't full, by when they will be
  Wide wanting_ = 0;                                // their weights
  Wide time_ = 0;                                   // on the virtual clock
  Wide gained_ = 0;                                 // by the organisation, and not yet a step
  Wide at_ = 0;                                     // on the real clock
};

class VirtualTree final : public Hierarchy {
 public:
  VirtualTree(const std::vector<OrganisationQuota>& organisations, const kit::Clock& clock)
      : clock_(clock) {
    for (const auto& organisation : organisations) {
      auto shared = std::make_shared<Counted<VirtualClock>>(organisation);
      for (std::size_t i = 0; i < organisation.keys.size(); ++i) {
        const auto& key = organisation.keys[i];
        auto own = std::make_shared<Counted<Arrivals>>(key.quota);
        for (const auto& route : key.routes) {
          auto last = std::make_shared<Counted<Arrivals>>(route.quota);
          paths_[{key.name, route.name}] = {route.price, i, shared, own, last};
        }
      }
    }
  }

  TreeDecision acquire(std::string_view key, std::string_view route, std::int64_t cost) override {
    const Path& path = paths_.at({std::string(key), std::string(route)});
    const Wide now = clock_.now().count();
    const Wide price = Wide{path.price} * cost;
    path.shared->node.go_on(now);
    const Wait waits[] = {path.shared->node.wait_for(path.index, price),
                          path.own->node.wait_for(price, now),
                          path.last->node.wait_for(price, now)};
    const bool dark[] = {path.shared->node.dark(), path.own->node.dark(), path.last->node.dark()};
    std::optional<Node> denying;
    Wait longest;
    for (int i = 2; i >= 0; --i) {
      if (dark[i] || waits[i].none()) continue;
      denying = static_cast<Node>(i);
      longest = longest_of(longest, waits[i]);
    }
    if (denying && longest.never) return {false, denying};
    if (denying) return {false, denying, kit::nanoseconds(static_cast<std::int64_t>(longest.ns))};

    if (waits[0].none()) path.shared->node.take(path.index, price);
    if (waits[1].none()) path.own->node.take(price, now);
    if (waits[2].none()) path.last->node.take(price, now);
    path.shared->would_have_denied += waits[0].none() ? 0 : 1;
    path.own->would_have_denied += waits[1].none() ? 0 : 1;
    path.last->would_have_denied += waits[2].none() ? 0 : 1;
    return {true};
  }

  std::int64_t would_have_denied(Node node, std::string_view key,
                                 std::string_view route) const override {
    const Path& path = paths_.at({std::string(key), std::string(route)});
    if (node == Node::organisation) return path.shared->would_have_denied;
    return node == Node::key ? path.own->would_have_denied : path.last->would_have_denied;
  }

 private:
  template <class Kind>
  struct Counted {
    template <class Source>
    explicit Counted(const Source& source) : node(source) {}
    Kind node;
    std::int64_t would_have_denied = 0;
  };

  struct Path {
    std::int64_t price;
    std::size_t index;
    std::shared_ptr<Counted<VirtualClock>> shared;
    std::shared_ptr<Counted<Arrivals>> own;
    std::shared_ptr<Counted<Arrivals>> last;
  };

  const kit::Clock& clock_;
  std::map<std::pair<std::string, std::string>, Path> paths_;
};

}  // namespace

std::unique_ptr<Hierarchy> make_hierarchy(const std::vector<OrganisationQuota>& organisations,
                                          const kit::Clock& clock) {
  return std::make_unique<VirtualTree>(organisations, clock);
}

}  // namespace rate_limiter
