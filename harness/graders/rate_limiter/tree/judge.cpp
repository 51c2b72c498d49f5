#include "graders/rate_limiter/tree/judge.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr TreeLevel below[] = {TreeLevel::key, TreeLevel::route};

bool same_call(const TreeOperation& a, const TreeOperation& b) {
  return a.key == b.key && a.route == b.route && a.cost == b.cost;
}

const TreeQuota& quota_of(const TreeLedger& ledger, const TreeOperation& call, TreeLevel level) {
  const auto place = ledger.place_of(call);
  if (level == TreeLevel::organisation) return ledger.organisation(place).quota;
  return level == TreeLevel::key ? ledger.key(place).quota : ledger.route(place).quota;
}

// Of the live nodes below the organisation: how long until all have the tokens.
TreeWait wait_of_live(const TreeLedger& ledger, const TreeOperation& call) {
  TreeWait wait = 0;
  for (const TreeLevel level : below) {
    if (quota_of(ledger, call, level).dark) continue;
    wait = longer(wait, ledger.wait_below(call, level));
  }
  return wait;
}

// The first live node below the organisation that must deny.
std::optional<TreeLevel> denying_below(const TreeLedger& ledger, const TreeOperation& call) {
  for (const TreeLevel level : below) {
    if (!quota_of(ledger, call, level).dark && ledger.wait_below(call, level) != 0) return level;
  }
  return std::nullopt;
}

std::string amount(double tokens) {
  const double shown = std::floor(tokens * 1e4) / 1e4;
  return fmt::format("{:.6g} token{}", shown, shown == 1 ? "" : "s");
}

std::string price_in_words(const TreeLedger& ledger, const TreeOperation& call) {
  const Wide price = ledger.price(call);
  if (price > any_cost_max) return "more than there are numbers";
  return base::thousands(static_cast<std::int64_t>(price));
}

}  // namespace

TreeJudge::TreeJudge(const TreePolicy& policy, TreeAspects aspects)
    : aspects_(aspects), policy_(policy), ledger_(policy_) {
  for (const auto& organisation : policy_) {
    sharing_.emplace_back(organisation);
    promises_.emplace_back();
  }
}

TreeOpinion TreeJudge::hear(const TreeOperation& operation, const std::string& answered) {
  if (operation.counted) return hear_count(operation, answered);
  const auto came = parse_tree_answer(answered);
  TreeOpinion said = opinion(operation, came);
  if (said.wrong || !came) return said;
  const std::size_t organisation = ledger_.place_of(operation).organisation;
  const auto fault = sharing_[organisation].hear(operation, ledger_.price(operation), *came);
  if (fault && aspects_.sharing) {
    said.wrong = fault->kind;
    said.why = fault->why;
  }
  remember(operation, *came);
  return said;
}

TreeOpinion TreeJudge::hear_count(const TreeOperation& operation,
                                  const std::string& answered) const {
  const std::int64_t expected = ledger_.would_have_denied(operation, *operation.counted);
  TreeOpinion said{base::thousands(expected), std::nullopt, {}};
  if (aspects_.counts && base::to_integer(answered) != expected) {
    said.wrong = "the wrong count of what would have been denied";
    said.why = "a dark node counts the calls that are admitted though it hasn't the tokens";
  }
  return said;
}

// Whom the contract leaves a choice, is right either way.
TreeOpinion TreeJudge::opinion(const TreeOperation& call,
                               const std::optional<TreeAnswer>& came) const {
  const auto place = ledger_.place_of(call);
  const bool dark = ledger_.organisation(place).quota.dark;
  const bool may_lend = dark || ledger_.may_borrow(call, call.at_ns);
  const bool guaranteed = dark || ledger_.wait_guaranteed(call) == 0;
  const auto denying = denying_below(ledger_, call);

  TreeOpinion said;
  if (may_lend && !denying) {
    said.expected = guaranteed ? "admitted" : "admitted, or denied by the organisation";
  } else {
    TreeAnswer expected{false, may_lend ? denying : TreeLevel::organisation, std::nullopt};
    expected.retry_after_ns = wait_of_live(ledger_, call);
    if (!may_lend) {
      expected.retry_after_ns = longer(expected.retry_after_ns, ledger_.wait_guaranteed(call));
    }
    said.expected = in_words(expected);
    if (may_lend && !guaranteed) said.expected += " (or by the organisation)";
  }
  if (!came) {
    said.wrong = "not a decision";
  } else if (!came->admitted) {
    said.wrong = wrong_denial(call, *came, said.why);
  } else if (!may_lend || denying) {
    said.wrong = "admitted, but should be denied";
    said.why = why_denied(call, may_lend ? *denying : TreeLevel::organisation);
  }
  if (said.wrong || !came || !aspects_.retry_after) return said;
  said.wrong = broken_promise(call, *came);
  if (!said.wrong) return said;
  said.expected = came->admitted ? "denied, since it was told to wait longer" : "admitted";
  said.why = "the same call was told when to come back; nobody took since";
  return said;
}

std::string TreeJudge::why_denied(const TreeOperation& call, TreeLevel level) const {
  const auto price = price_in_words(ledger_, call);
  const auto holds = amount(ledger_.held(call, level));
  if (level != TreeLevel::organisation) {
    return fmt::format("the {} holds {} and the call takes {}", in_words(level), holds, price);
  }
  return fmt::format("the organisation has {} that no other key is owed, and the call takes {}",
                     holds, price);
}

std::optional<std::string> TreeJudge::wrong_denial(const TreeOperation& call,
                                                   const TreeAnswer& came, std::string& why) const {
  const bool dark = ledger_.organisation(ledger_.place_of(call)).quota.dark;
  const bool guaranteed = dark || ledger_.wait_guaranteed(call) == 0;
  const auto denying = denying_below(ledger_, call);
  if (guaranteed && !denying) {
    why = dark ? "every node is dark or has the tokens"
               : fmt::format("\"{}\" is owed {} and the call takes {}; key and route have them",
                             call.key, amount(ledger_.share(call)), price_in_words(ledger_, call));
    return "denied, but should be admitted";
  }
  const bool by_organisation = came.denied_by == TreeLevel::organisation;
  const bool wrong_node = by_organisation ? guaranteed
                                          : came.denied_by != denying ||
                                                !(dark || ledger_.may_borrow(call, call.at_ns));
  if (wrong_node && aspects_.who_denies) {
    const TreeLevel who = by_organisation || guaranteed ? *denying : TreeLevel::organisation;
    why = why_denied(call, who);
    return "the wrong node is said to deny";
  }
  if (wrong_node || !aspects_.retry_after) return std::nullopt;
  why = "the wait of every node that denies counts, and the longest is told";
  return wrong_wait(call, came);
}

// Of what an organisation will lend, only the limits are known.
std::optional<std::string> TreeJudge::wrong_wait(const TreeOperation& call,
                                                 const TreeAnswer& came) const {
  const TreeWait at_least = wait_of_live(ledger_, call);
  const bool by_organisation = came.denied_by == TreeLevel::organisation;
  const TreeWait at_most =
      by_organisation ? longer(at_least, ledger_.wait_guaranteed(call)) : at_least;
  const auto wait = came.retry_after_ns;
  if (!at_most) return wait ? std::optional("told to wait, but never admitted") : std::nullopt;
  if (!wait) return "no retry_after, but waiting helps";
  if (*wait > *at_most) return "told to wait too long";
  const bool early = *wait < *at_least || *wait < 1 ||
                     (by_organisation && !ledger_.may_borrow(call, call.at_ns + *wait));
  return early ? std::optional("told to retry too early") : std::nullopt;
}

// If nobody else was admitted meanwhile, a denied call's wait can be held to.
std::optional<std::string> TreeJudge::broken_promise(const TreeOperation& call,
                                                     const TreeAnswer& came) const {
  for (const auto& promise : promises_[ledger_.place_of(call).organisation]) {
    if (!same_call(promise.call, call)) continue;
    const bool is_due = promise.from_ns && call.at_ns >= *promise.from_ns;
    if (is_due && !came.admitted) return "denied after the wait that it was told";
    if (!is_due && came.admitted) return "admitted before the wait that it was told was over";
  }
  return std::nullopt;
}

void TreeJudge::remember(const TreeOperation& call, const TreeAnswer& came) {
  auto& promises = promises_[ledger_.place_of(call).organisation];
  if (came.admitted) {
    ledger_.take(call);
    promises.clear();
    return;
  }
  std::erase_if(promises, [&](const Promise& promise) { return same_call(promise.call, call); });
  if (!came.retry_after_ns) return promises.push_back({call, std::nullopt});
  const bool is_a_wait = *came.retry_after_ns >= 0 && *came.retry_after_ns <= max_time_ns;
  if (is_a_wait) promises.push_back({call, call.at_ns + *came.retry_after_ns});
}

std::optional<TreeWrong> first_wrong(const grade::Performance& performance, TreeAspects aspects) {
  const auto policy = parse_tree(performance.exchanges[0].asked);
  for (const TreeAspects about : {TreeAspects{}, aspects}) {
    TreeJudge judge(policy, about);
    for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
      const auto& [asked, answered] = performance.exchanges[i];
      if (!answered) break;
      const auto said = judge.hear(parse_tree_operation(asked), *answered);
      if (said.wrong) return TreeWrong{i, *said.wrong};
    }
  }
  return std::nullopt;
}

}  // namespace assay::graders::rate_limiter
