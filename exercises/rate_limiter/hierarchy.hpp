// The contract of level 6: one limiter for a tree of quotas. An organisation shares its quota among
// its keys, and each key has routes. README.md, beside this file, has the question.
#pragma once

#include <string>
#include <vector>

#include "api.hpp"

namespace rate_limiter {

// A bucket that gains `tokens` in each `period`, continuously and never rounded (7 tokens in 3 s
// are a token every 3/7 s), holds at most `capacity`, and is full at first.
//
// tokens    1 to 1,000,000
// period    1 ns or more
// capacity  1 or more; capacity * period is at most kit::max_time
// dark      it decides as if it weren't, and counts what it would have denied, but denies nothing
struct Quota {
  std::int64_t tokens;
  kit::nanoseconds period;
  std::int64_t capacity;
  bool dark = false;
};

// price  1 to 1,000,000: a call of cost 3 takes 3 * price tokens, at each node of its path
struct RouteQuota {
  std::string name;
  std::int64_t price;
  Quota quota;
};

// weight  1 or more; those of an organisation's keys add up to at most 1,000
struct KeyQuota {
  std::string name;  // no two keys have the same, in whatever organisation
  std::int64_t weight;
  Quota quota;  // what it may take at most, whatever its organisation has
  std::vector<RouteQuota> routes;
};

struct OrganisationQuota {
  std::string name;
  Quota quota;
  std::vector<KeyQuota> keys;
};

enum class Node { organisation, key, route };

struct TreeDecision {
  bool admitted = false;

  // The node that denies: if there are several, the one nearest to the organisation.
  std::optional<Node> denied_by = std::nullopt;

  // As in Decision: the shortest wait after which all nodes that aren't dark would admit the same
  // call, rounded up to a nanosecond, if nobody else called meanwhile. Denials change nothing:
  // until the organisation admits somebody, the same call is told the same moment each time.
  std::optional<kit::nanoseconds> retry_after = std::nullopt;
};

// A call is admitted if no node of its path denies it, dark ones aside. Then it takes its tokens at
// each of them; but a dark node that would have denied it counts the call, and takes nothing. A
// call that is denied takes nothing anywhere, counts nowhere, and changes nothing.
//
// Key and route decide as at level 1: they deny what they don't have the tokens for. The
// organisation shares its quota. R is its rate, C its capacity, W the sum of its keys' weights. A
// key of weight w has a share: a bucket of the rate R * w/W and the capacity C * w/W, from which
// what the key is admitted takes its tokens, or all there are if those are fewer.
//
// 1. Guaranteed  What its share holds, a key is never denied by its organisation.
// 2. Limited     Beyond its share a key may borrow, but nothing that another's share holds: after
//                each call the organisation's bucket (R, C) holds at least what all shares do.
//                C * w/W is the most that a call may take: more is denied, and for ever.
// 3. Not wasted  A key is short from a denial by its organisation on for P/T, the time in which the
//                organisation gains a token, and longer if it is denied again by then. (Only calls
//                that leave room for a token in the share's capacity count.) In any time t in which
//                some key is short, the organisation admits at least R * t - C.
// 4. Fair        In any time in which the same keys are short, what they are admitted together is
//                divided by their weights. No key has more or less than its part by more than twice
//                its share's capacity (if each share's capacity is a call and a token or more).
//
// How borrowing is organised is up to you, as long as these four hold. They hold for a dark
// organisation too, where "denied" is what it counts, and "admitted" what takes its tokens.
class Hierarchy {
 public:
  virtual ~Hierarchy() = default;

  // key, route  one of the key's routes
  // cost        1 or more, up to any number
  virtual TreeDecision acquire(std::string_view key, std::string_view route, std::int64_t cost) = 0;

  // How many calls this node of the path would have denied while it was dark.
  virtual std::int64_t would_have_denied(Node node, std::string_view key,
                                         std::string_view route) const = 0;
};

// One thread calls; `clock` outlives the limiter, and never goes back.
std::unique_ptr<Hierarchy> make_hierarchy(const std::vector<OrganisationQuota>& organisations,
                                          const kit::Clock& clock);

}  // namespace rate_limiter
