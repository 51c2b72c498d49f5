// What the nodes of a tree hold, whatever way an organisation lends its quota: the buckets of keys
// and routes, an organisation's own, and its keys' shares. It follows the answers that came. Exact,
// in whole numbers of 128 bits. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graders/rate_limiter/limiter/algorithm.hpp"
#include "graders/rate_limiter/tree/script.hpp"

namespace assay::graders::rate_limiter {

// A bucket that gains `speed` units a nanosecond.
struct UnitBucket {
  Wide speed = 0;
  Wide full = 0;
  Wide level = 0;
  std::int64_t at_ns = 0;

  Wide level_at(std::int64_t ns) const;
  void refill(std::int64_t ns);
};

// How long to wait: no time at all, some, or for ever (nothing).
using TreeWait = std::optional<std::int64_t>;
TreeWait longer(TreeWait a, TreeWait b);

class TreeLedger {
 public:
  explicit TreeLedger(const TreePolicy& policy);

  // Where a call goes.
  struct Place {
    std::size_t organisation = 0;
    std::size_t key = 0;
    std::size_t route = 0;
  };
  Place place_of(const TreeOperation& call) const;
  const TreeOrganisation& organisation(const Place& place) const;
  const TreeKey& key(const Place& place) const;
  const TreeRoute& route(const Place& place) const;
  Wide price(const TreeOperation& call) const;

  // What the call meets at its time; nothing changes. `below` is Node key or route.
  TreeWait wait_below(const TreeOperation& call, TreeLevel below) const;
  TreeWait wait_guaranteed(const TreeOperation& call) const;  // until the key's share holds it
  bool may_borrow(const TreeOperation& call, std::int64_t at_ns) const;

  // In tokens, at the time of the call: what the node holds; the organisation for its key at most.
  double held(const TreeOperation& call, TreeLevel level) const;
  double share(const TreeOperation& call) const;

  // Whether the call's organisation has the tokens for it; nothing, if that is up to the solution.
  std::optional<bool> organisation_has(const TreeOperation& call) const;

  // The call was admitted: what key and route do, and what an organisation does that has the
  // tokens. One that hasn't is dark, and nothing changes.
  void take_below(const TreeOperation& call);
  void take_at_organisation(const TreeOperation& call);
  std::int64_t would_have_denied(const TreeOperation& call, TreeLevel below) const;

 private:
  struct Plain {
    UnitBucket bucket;
    std::int64_t would_have_denied = 0;
  };
  struct Shared {
    UnitBucket whole;
    std::vector<UnitBucket> shares;  // of the keys
    Wide token = 1;                  // in the unit of these buckets, 1/(period * weights) token
    Wide weights = 0;
  };

  const Plain& plain(const Place& place, TreeLevel level) const;
  const TreeQuota& quota(const Place& place, TreeLevel level) const;
  Wide room_for(const TreeOperation& call, std::int64_t at_ns) const;

  const TreePolicy policy_;
  std::vector<Shared> shared_;
  std::map<std::array<std::size_t, 3>, Plain> plain_;  // by place; a key's own after its routes
  std::map<std::pair<std::string, std::string>, Place> places_;
};

}  // namespace assay::graders::rate_limiter
