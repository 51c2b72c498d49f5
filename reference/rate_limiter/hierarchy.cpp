// A tree of quotas in whole numbers. DESIGN.md, beside this file, says why it is built so.
#include "hierarchy.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>

namespace rate_limiter {
namespace {

using kit::nanoseconds;
__extension__ using Wide = __int128;  // a product of three numbers of the contract fits

// How long until a node has the tokens for a call: no time at all, some, or for ever (nothing).
using Wait = std::optional<nanoseconds>;
constexpr Wait no_wait = nanoseconds{0};

Wait longer(Wait a, Wait b) { return a && b ? std::max(a, b) : std::nullopt; }

Wide divided_up(Wide amount, Wide by) { return (amount + by - 1) / by; }

// One node of a call's path. `now` never goes back.
class TreeNode {
 public:
  virtual ~TreeNode() = default;
  virtual void refill(nanoseconds now) = 0;
  virtual Wait wait_for(Wide price) const = 0;
  virtual void take(Wide price) = 0;
  virtual bool is_dark() const = 0;
  virtual std::int64_t& would_have_denied() = 0;
};

// A key's or a route's bucket. In units of 1/period token it gains `tokens` units every nanosecond.
class PlainNode final : public TreeNode {
 public:
  PlainNode(const Quota& quota, nanoseconds now)
      : quota_(quota),
        full_(Wide{quota.capacity} * quota.period.count()),
        level_(full_),
        at_(now) {}

  void refill(nanoseconds now) override {
    level_ = std::min(full_, level_ + Wide{(now - at_).count()} * quota_.tokens);
    at_ = now;
  }

  Wait wait_for(Wide price) const override {
    if (price > quota_.capacity) return std::nullopt;
    const Wide missing = std::max(price * quota_.period.count() - level_, Wide{0});
    return nanoseconds{static_cast<std::int64_t>(divided_up(missing, quota_.tokens))};
  }

  void take(Wide price) override { level_ -= price * quota_.period.count(); }
  bool is_dark() const override { return quota_.dark; }
  std::int64_t& would_have_denied() override { return would_have_denied_; }

 private:
  const Quota quota_;
  const Wide full_;
  Wide level_;
  nanoseconds at_;
  std::int64_t would_have_denied_ = 0;
};

// An organisation's quota, kept in a vessel for each key, in units of 1/(period * W) token. A
// vessel is as wide as its key's weight, and all are equally high. What the organisation gains runs
// into those that aren't full, and the water rises in all of them at one speed: by their weights.
// So each key has at least its share, and what one doesn't take goes to those that want more.
class SharedQuota {
 public:
  SharedQuota(const OrganisationQuota& organisation, nanoseconds now)
      : quota_(organisation.quota),
        height_(Wide{quota_.capacity} * quota_.period.count()),
        at_(now) {
    for (const auto& key : organisation.keys) {
      vessels_.push_back({key.weight, height_ * key.weight});
      weights_ += key.weight;
    }
  }

  void refill(nanoseconds now) {
    unshared_ += Wide{(now - at_).count()} * quota_.tokens * weights_;
    at_ = now;
    const Wide rise = rise_of(unshared_);
    unshared_ -= filled_by(rise);
    for (Vessel& vessel : vessels_) vessel.level += gain(vessel, rise);
    if (rise == height_) unshared_ = 0;  // all are full: the rest is lost
  }

  Wait wait_for(std::size_t key, Wide price) const {
    const Vessel& vessel = vessels_[key];
    if (price * weights_ > Wide{quota_.capacity} * vessel.weight) return std::nullopt;
    const Wide missing = price * quota_.period.count() * weights_ - vessel.level;
    if (missing <= 0) return no_wait;
    const Wide gained = filled_by(divided_up(missing, vessel.weight)) - unshared_;
    return nanoseconds{static_cast<std::int64_t>(divided_up(gained, quota_.tokens * weights_))};
  }

  void take(std::size_t key, Wide price) {
    vessels_[key].level -= price * quota_.period.count() * weights_;
  }

  bool is_dark() const { return quota_.dark; }
  std::int64_t& would_have_denied() { return would_have_denied_; }

 private:
  struct Vessel {
    Wide weight;
    Wide level;
  };

  Wide gain(const Vessel& vessel, Wide rise) const {
    return std::min(height_ * vessel.weight - vessel.level, vessel.weight * rise);
  }

  Wide filled_by(Wide rise) const {
    return std::accumulate(
        vessels_.begin(), vessels_.end(), Wide{0},
        [&](Wide sum, const Vessel& vessel) { return sum + gain(vessel, rise); });
  }

  // The highest whole rise for which `amount` suffices, up to the height. What remains is kept: it
  // is too little for a unit of each.
  Wide rise_of(Wide amount) const {
    Wide enough_for = 0;
    for (Wide too_much_for = height_ + 1; too_much_for - enough_for > 1;) {
      const Wide middle = enough_for + (too_much_for - enough_for) / 2;
      (filled_by(middle) <= amount ? enough_for : too_much_for) = middle;
    }
    return enough_for;
  }

  const Quota quota_;
  const Wide height_;
  nanoseconds at_;
  Wide weights_ = 0;
  std::vector<Vessel> vessels_;
  Wide unshared_ = 0;
  std::int64_t would_have_denied_ = 0;
};

// The organisation, as one of its keys sees it.
class SharedNode final : public TreeNode {
 public:
  SharedNode(SharedQuota& quota, std::size_t key) : quota_(quota), key_(key) {}
  void refill(nanoseconds now) override { quota_.refill(now); }
  Wait wait_for(Wide price) const override { return quota_.wait_for(key_, price); }
  void take(Wide price) override { quota_.take(key_, price); }
  bool is_dark() const override { return quota_.is_dark(); }
  std::int64_t& would_have_denied() override { return quota_.would_have_denied(); }

 private:
  SharedQuota& quota_;
  const std::size_t key_;
};

class Tree final : public Hierarchy {
 public:
  Tree(const std::vector<OrganisationQuota>& organisations, const kit::Clock& clock)
      : clock_(clock) {
    for (const auto& organisation : organisations) add(organisation, clock.now());
  }

  TreeDecision acquire(std::string_view key, std::string_view route, std::int64_t cost) override {
    const Path& path = path_of(key, route);
    const Wide price = Wide{path.price} * cost;
    const nanoseconds now = clock_.now();
    std::array<Wait, nodes_max> waits;
    TreeDecision decision{true};
    for (std::size_t i = 0; i < nodes_max; ++i) {
      path.nodes[i]->refill(now);
      waits[i] = path.nodes[i]->wait_for(price);
      if (waits[i] == no_wait || path.nodes[i]->is_dark()) continue;
      const Wait so_far = decision.admitted ? no_wait : decision.retry_after;
      decision = {false, decision.denied_by.value_or(static_cast<Node>(i)),
                  longer(so_far, waits[i])};
    }
    if (decision.admitted) take(path, price, waits);
    return decision;
  }

  std::int64_t would_have_denied(Node node, std::string_view key,
                                 std::string_view route) const override {
    return path_of(key, route).nodes[static_cast<std::size_t>(node)]->would_have_denied();
  }

 private:
  static constexpr std::size_t nodes_max = 3;

  struct Path {
    std::int64_t price;
    std::array<TreeNode*, nodes_max> nodes;  // in the order of Node
  };

  template <class Made, class... Arguments>
  Made& keep(std::vector<std::unique_ptr<Made>>& all, Arguments&&... arguments) {
    all.push_back(std::make_unique<Made>(std::forward<Arguments>(arguments)...));
    return *all.back();
  }

  void add(const OrganisationQuota& organisation, nanoseconds now) {
    SharedQuota& quota = keep(quotas_, organisation, now);
    for (std::size_t i = 0; i < organisation.keys.size(); ++i) {
      const KeyQuota& key = organisation.keys[i];
      SharedNode& shared = keep(shared_, quota, i);
      PlainNode& own = keep(plain_, key.quota, now);
      for (const auto& route : key.routes) {
        paths_[{key.name, route.name}] = {route.price,
                                          {&shared, &own, &keep(plain_, route.quota, now)}};
      }
    }
  }

  // All nodes that have the tokens; the others are dark, and have been asked in vain.
  static void take(const Path& path, Wide price, const std::array<Wait, nodes_max>& waits) {
    for (std::size_t i = 0; i < nodes_max; ++i) {
      if (waits[i] == no_wait) {
        path.nodes[i]->take(price);
      } else {
        ++path.nodes[i]->would_have_denied();
      }
    }
  }

  const Path& path_of(std::string_view key, std::string_view route) const {
    return paths_.at({std::string(key), std::string(route)});
  }

  const kit::Clock& clock_;
  std::vector<std::unique_ptr<SharedQuota>> quotas_;
  std::vector<std::unique_ptr<SharedNode>> shared_;
  std::vector<std::unique_ptr<PlainNode>> plain_;
  std::map<std::pair<std::string, std::string>, Path> paths_;
};

}  // namespace

std::unique_ptr<Hierarchy> make_hierarchy(const std::vector<OrganisationQuota>& organisations,
                                          const kit::Clock& clock) {
  return std::make_unique<Tree>(organisations, clock);
}

}  // namespace rate_limiter
