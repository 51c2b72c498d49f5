// Shares and a pool: what the shares don't hold of an organisation's bucket may be borrowed, by the
// one who has borrowed least for its weight. Whoever is ahead waits for the others, as long as they
// could still want something: until their shares are full, or the bucket is.
#include "hierarchy.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rate_limiter {
namespace {

__extension__ using Wide = __int128;
using Wait = std::optional<Wide>;  // in nanoseconds; nothing: for ever

struct Bucket {
  Wide speed = 0;
  Wide full = 0;
  Wide level = 0;

  Wide after(Wide elapsed) const { return std::min(full, level + speed * elapsed); }
};

struct Plain {
  explicit Plain(const Quota& of)
      : quota(of), bucket{of.tokens, unit() * of.capacity, unit() * of.capacity} {}

  Wide unit() const { return quota.period.count(); }

  Wait wait_for(Wide price) const {
    if (price > quota.capacity) return std::nullopt;
    const Wide missing = std::max(price * unit() - bucket.level, Wide{0});
    return (missing + bucket.speed - 1) / bucket.speed;
  }

  Quota quota;
  Bucket bucket;
  std::int64_t would_have_denied = 0;
};

struct Borrower {
  Wide weight;
  Bucket share;
  Wide borrowed = 0;  // for each unit of weight
};

class Pool {
 public:
  explicit Pool(const OrganisationQuota& organisation) : quota(organisation.quota) {
    for (const auto& key : organisation.keys) weights_ += key.weight;
    unit_ = weights_ * quota.period.count();
    for (const auto& key : organisation.keys) keys_.push_back({key.weight, part_of(key.weight)});
    whole_ = part_of(weights_);
  }

  void refill(Wide elapsed) {
    whole_.level = whole_.after(elapsed);
    for (auto& key : keys_) key.share.level = key.share.after(elapsed);
  }

  Wait wait_for(std::size_t index, Wide price) const {
    const Borrower& key = keys_[index];
    if (price * weights_ > Wide{quota.capacity} * key.weight) return std::nullopt;
    const Wide amount = price * unit_;
    if (admits(index, amount, 0)) return 0;
    Wide too_early = 0;
    Wide late_enough = (amount - key.share.level + key.share.speed - 1) / key.share.speed;
    while (late_enough - too_early > 1) {
      const Wide middle = too_early + (late_enough - too_early) / 2;
      (admits(index, amount, middle) ? late_enough : too_early) = middle;
    }
    return late_enough;
  }

  void take(std::size_t index, Wide price) {
    Borrower& key = keys_[index];
    const Wide amount = price * unit_;
    const Wide lent = std::max(amount - key.share.level, Wide{0});
    if (!wants(key, 0)) key.borrowed = std::max(key.borrowed, least_borrowed(index, 0));
    key.borrowed += lent / key.weight;
    key.share.level = std::max(key.share.level - amount, Wide{0});
    whole_.level -= amount;
  }

  const Quota quota;
  std::int64_t would_have_denied = 0;

 private:
  Bucket part_of(Wide weight) const {
    const Wide full = Wide{quota.capacity} * quota.period.count() * weight;
    return {quota.tokens * weight, full, full};
  }

  bool wants(const Borrower& key, Wide elapsed) const {
    return key.share.after(elapsed) < key.share.full;
  }

  // By those others who may want something. Who comes to be one of them begins there.
  Wide least_borrowed(std::size_t index, Wide elapsed) const {
    std::optional<Wide> least;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (i == index || !wants(keys_[i], elapsed)) continue;
      least = std::min(least.value_or(keys_[i].borrowed), keys_[i].borrowed);
    }
    return least.value_or(keys_[index].borrowed);
  }

  bool admits(std::size_t index, Wide amount, Wide elapsed) const {
    const Borrower& key = keys_[index];
    const Wide lent = amount - key.share.after(elapsed);
    if (lent <= 0) return true;
    Wide spare = whole_.after(elapsed);
    for (const auto& one : keys_) spare -= one.share.after(elapsed);
    if (lent > spare) return false;
    return key.borrowed <= least_borrowed(index, elapsed) || whole_.after(elapsed) == whole_.full;
  }

  Wide weights_ = 0;
  Wide unit_ = 1;
  std::vector<Borrower> keys_;
  Bucket whole_;
};

class PooledTree final : public Hierarchy {
 public:
  PooledTree(const std::vector<OrganisationQuota>& organisations, const kit::Clock& clock)
      : clock_(clock), at_(clock.now()) {
    for (const auto& organisation : organisations) {
      pools_.emplace_back(organisation);
      std::size_t index = 0;
      for (const auto& key : organisation.keys) {
        const std::size_t own = plain_.size();
        plain_.emplace_back(key.quota);
        for (const auto& route : key.routes) {
          paths_[{key.name, route.name}] = {pools_.size() - 1, index, own, plain_.size(),
                                            route.price};
          plain_.emplace_back(route.quota);
        }
        ++index;
      }
    }
  }

  TreeDecision acquire(std::string_view key, std::string_view route, std::int64_t cost) override {
    refill();
    const Path& path = paths_.at({std::string(key), std::string(route)});
    const Wide price = Wide{path.price} * cost;
    Pool& pool = pools_[path.pool];
    Plain& own = plain_[path.own];
    Plain& last = plain_[path.route];
    const Wait waits[] = {pool.wait_for(path.index, price), own.wait_for(price),
                          last.wait_for(price)};
    const bool dark[] = {pool.quota.dark, own.quota.dark, last.quota.dark};
    TreeDecision decision{true};
    Wait longest = 0;
    for (int i = 0; i < 3; ++i) {
      if (dark[i] || waits[i] == Wide{0}) continue;
      if (decision.admitted) decision = {false, static_cast<Node>(i)};
      longest = longest && waits[i] ? Wait(std::max(*longest, *waits[i])) : std::nullopt;
    }
    if (!decision.admitted) {
      if (longest) decision.retry_after = kit::nanoseconds(static_cast<std::int64_t>(*longest));
      return decision;
    }
    if (waits[0] == Wide{0}) pool.take(path.index, price);
    if (waits[0] != Wide{0}) ++pool.would_have_denied;
    for (auto [node, wait] : {std::pair(&own, waits[1]), std::pair(&last, waits[2])}) {
      if (wait == Wide{0}) node->bucket.level -= price * node->unit();
      if (wait != Wide{0}) ++node->would_have_denied;
    }
    return decision;
  }

  std::int64_t would_have_denied(Node node, std::string_view key,
                                 std::string_view route) const override {
    const Path& path = paths_.at({std::string(key), std::string(route)});
    if (node == Node::organisation) return pools_[path.pool].would_have_denied;
    return plain_[node == Node::key ? path.own : path.route].would_have_denied;
  }

 private:
  struct Path {
    std::size_t pool, index, own, route;
    std::int64_t price;
  };

  void refill() {
    const Wide elapsed = (clock_.now() - at_).count();
    at_ = clock_.now();
    if (elapsed == 0) return;
    for (Pool& pool : pools_) pool.refill(elapsed);
    for (Plain& plain : plain_) plain.bucket.level = plain.bucket.after(elapsed);
  }

  const kit::Clock& clock_;
  kit::nanoseconds at_;
  std::vector<Pool> pools_;
  std::vector<Plain> plain_;
  std::map<std::pair<std::string, std::string>, Path> paths_;
};

}  // namespace

std::unique_ptr<Hierarchy> make_hierarchy(const std::vector<OrganisationQuota>& organisations,
                                          const kit::Clock& clock) {
  return std::make_unique<PooledTree>(organisations, clock);
}

}  // namespace rate_limiter
