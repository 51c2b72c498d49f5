#include "graders/rate_limiter/tree/mistakes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "graders/rate_limiter/tree/ledger.hpp"

namespace assay::graders::rate_limiter {
namespace {

using enum TreeMistake;

struct Suspect {
  TreeQuota quota;
  Wide price_per_cost = 1;
  UnitBucket bucket;
  std::int64_t would_have_denied = 0;

  Wide units(Wide price) const { return price * quota.period_ns; }

  TreeWait wait(Wide price) const {
    if (price > quota.capacity) return std::nullopt;
    const Wide missing = std::max(units(price) - bucket.level, Wide{0});
    return static_cast<std::int64_t>((missing + quota.tokens - 1) / quota.tokens);
  }
};

// Trees whose organisations have one key each, or no limit, with one mistake.
class MistakenTree {
 public:
  MistakenTree(const TreePolicy& policy, TreeMistake mistake) : mistake_(mistake) {
    for (const auto& organisation : policy) {
      const std::size_t shared = add(organisation.quota, price_forgotten_above);
      std::map<std::string, std::size_t> by_name;
      for (const auto& key : organisation.keys) {
        const std::size_t own = add(key.quota, price_forgotten_above);
        for (const auto& route : key.routes) {
          std::size_t last = add(route.quota, price_forgotten);
          if (mistake == routes_share_by_name)
            last = by_name.emplace(route.name, last).first->second;
          paths_[{key.name, route.name}] = {route.price, {shared, own, last}};
        }
      }
    }
  }

  std::string answer(const TreeOperation& operation) {
    const auto& path = paths_.at({operation.key, operation.route});
    if (operation.counted) {
      const auto node = path.nodes[static_cast<std::size_t>(*operation.counted)];
      return std::to_string(nodes_[node].would_have_denied);
    }
    return spend(path, operation);
  }

 private:
  struct Path {
    std::int64_t price = 1;
    std::array<std::size_t, tree_levels> nodes{};
  };

  std::size_t add(TreeQuota quota, TreeMistake forgets_its_price) {
    if (mistake_ == rounds_the_rate) {
      quota = {1, std::max<std::int64_t>(1, quota.period_ns / quota.tokens), quota.capacity,
               quota.dark};
    }
    const Wide full = Wide{quota.capacity} * quota.period_ns;
    const bool forgets = mistake_ == forgets_its_price;
    nodes_.push_back({quota, forgets ? 0 : 1, {quota.tokens, full, full, 0}, 0});
    return nodes_.size() - 1;
  }

  Wide price_at(const Suspect& node, const Path& path, const TreeOperation& call) const {
    return node.price_per_cost == 0 ? Wide{call.cost} : Wide{path.price} * call.cost;
  }

  std::string spend(const Path& path, const TreeOperation& call) {
    bool admitted = true;
    std::size_t who = 0;
    TreeWait wait = 0;
    TreeWait dark_wait = 0;
    std::vector<std::size_t> have_it;
    for (std::size_t i = 0; i < tree_levels; ++i) {
      Suspect& node = nodes_[path.nodes[i]];
      node.bucket.refill(call.at_ns);
      const TreeWait own = node.wait(price_at(node, path, call));
      if (own == 0) have_it.push_back(i);
      if (node.quota.dark) dark_wait = longer(dark_wait, own);
      if (own == 0 || (node.quota.dark && mistake_ != dark_denies)) continue;
      if (admitted || mistake_ == names_the_last) who = i;
      if (admitted || mistake_ != retries_when_the_first_has_it) wait = longer(wait, own);
      admitted = false;
    }
    take(path, call, have_it, admitted, who);
    if (admitted) return "admitted";
    if (mistake_ == dark_wait_is_told) wait = longer(wait, dark_wait);
    const auto told = wait ? std::to_string(*wait) : "never";
    return "denied " + in_words(static_cast<TreeLevel>(who)) + ' ' + told;
  }

  void take(const Path& path, const TreeOperation& call, const std::vector<std::size_t>& have_it,
            bool admitted, std::size_t who) {
    for (std::size_t i = 0; i < tree_levels; ++i) {
      Suspect& node = nodes_[path.nodes[i]];
      const bool has_it = std::find(have_it.begin(), have_it.end(), i) != have_it.end();
      if (admitted && !has_it) ++node.would_have_denied;
      const bool early = mistake_ == takes_before_it_asks && !admitted && i < who;
      const bool spared = mistake_ == dark_takes_nothing && node.quota.dark;
      const bool empties = mistake_ == dark_takes_too_much && admitted && !has_it;
      if (empties) node.bucket.level = 0;
      if (has_it && (admitted || early) && !spared) {
        node.bucket.level -= node.units(price_at(node, path, call));
      }
    }
  }

  const TreeMistake mistake_;
  std::vector<Suspect> nodes_;
  std::map<std::pair<std::string, std::string>, Path> paths_;
};

}  // namespace

std::string_view in_words(TreeMistake mistake) {
  switch (mistake) {
    case takes_before_it_asks:
      return "the nodes above have taken their tokens when one below denies";
    case retries_when_the_first_has_it:
      return "retry_after is the wait of the first node that denies, and not the longest";
    case names_the_last:
      return "the last node that denies is named, not the one nearest to the organisation";
    case rounds_the_rate:
      return "the rate is rounded to whole nanoseconds for a token";
    case price_forgotten_above:
      return "organisation and key take the cost without the route's price";
    case price_forgotten:
      return "the route takes the cost without its price";
    case dark_denies:
      return "a dark node denies";
    case dark_takes_nothing:
      return "a dark node takes nothing, even when it has the tokens";
    case dark_takes_too_much:
      return "a dark node gives what it has to a call that it would have denied";
    case dark_wait_is_told:
      return "retry_after is also the wait of dark nodes";
    case routes_share_by_name:
      return "routes of one name share a bucket, whatever their key";
  }
  return "";
}

std::optional<grade::Performance> answers_of(const grade::Script& script, TreeMistake mistake) {
  const TreePolicy policy = parse_tree(script.setup);
  const bool certain = std::all_of(policy.begin(), policy.end(), [](const auto& one) {
    return one.keys.size() == 1 || one.quota == boundless;
  });
  if (!certain) return std::nullopt;
  MistakenTree tree(policy, mistake);
  grade::Performance performance{{{script.setup, "ok"}}, {}};
  for (const auto& line : script.operations) {
    performance.exchanges.push_back({line, tree.answer(parse_tree_operation(line))});
  }
  return performance;
}

bool gives_all(const grade::Performance& performance, TreeMistake mistake) {
  grade::Script script{performance.exchanges[0].asked, {}};
  for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
    script.operations.push_back(performance.exchanges[i].asked);
  }
  const auto mistaken = answers_of(script, mistake);
  return mistaken && std::equal(performance.exchanges.begin(), performance.exchanges.end(),
                                mistaken->exchanges.begin(), [](const auto& a, const auto& b) {
                                  return a.answered == b.answered;
                                });
}

}  // namespace assay::graders::rate_limiter
