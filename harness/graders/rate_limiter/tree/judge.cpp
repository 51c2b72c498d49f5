#include "graders/rate_limiter/tree/judge.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr TreeLevel below[] = {TreeLevel::key, TreeLevel::route};

constexpr std::int64_t no_count = -1;

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
    decisions_.emplace_back(organisation.quota.dark);
    sharing_.emplace_back(organisation);
    promises_.emplace_back();
  }
}

TreeOpinion TreeJudge::hear(const TreeOperation& operation, const std::string& answered) {
  if (operation.counted) return hear_count(operation, answered);
  const auto came = parse_tree_answer(answered);
  TreeOpinion said = opinion(operation, came);
  if (said.wrong || !came) return said;
  remember(operation, *came);
  if (came->admitted) ledger_.take_below(operation);
  const std::size_t organisation = ledger_.place_of(operation).organisation;
  const auto has_it = ledger_.organisation_has(operation);
  settle(decisions_[organisation].hear(operation, *came, has_it), said);
  return said;
}

TreeOpinion TreeJudge::hear_count(const TreeOperation& operation, const std::string& answered) {
  OrganisationDecisions& decisions = decisions_[ledger_.place_of(operation).organisation];
  const auto came = base::to_integer(answered);
  TreeOpinion said;
  bool right = false;
  if (operation.counted == TreeLevel::organisation) {
    said.expected = decisions.count_in_words();
    right = came && decisions.is_possible(*came);
    settle(decisions.hear_count(came.value_or(no_count)), said);
  } else {
    const std::int64_t expected = ledger_.would_have_denied(operation, *operation.counted);
    said.expected = base::thousands(expected);
    right = came == expected;
  }
  if (aspects_.counts && !right) {
    said.wrong = "the wrong count of what would have been denied";
    said.why = "a dark node counts the calls that are admitted though it would have denied them";
  }
  return said;
}

// Follows what the organisation has decided, and holds it to what it promises about lending.
void TreeJudge::settle(const std::optional<OrganisationDecision>& decision, TreeOpinion& said) {
  if (!decision) return;
  const auto& [call, answer] = *decision;
  const std::size_t organisation = ledger_.place_of(call).organisation;
  if (answer.admitted) ledger_.take_at_organisation(call);
  const auto fault = sharing_[organisation].hear(call, ledger_.price(call), answer);
  if (!fault || !aspects_.sharing) return;
  said.wrong = fault->kind;
  said.expected = fault->expected;
  said.why = fault->why;
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
  if (!said.wrong && came && aspects_.retry_after) hold_to_promises(call, *came, said);
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

std::string TreeJudge::why_admitted(const TreeOperation& call) const {
  const TreeQuota& quota = ledger_.organisation(ledger_.place_of(call)).quota;
  const auto price = price_in_words(ledger_, call);
  if (quota.dark) return "every node is dark or has the tokens";
  if (quota == boundless) return fmt::format("key and route have the {} tokens", price);
  return fmt::format("\"{}\" is owed {} and the call takes {}; key and route have them", call.key,
                     amount(ledger_.share(call)), price);
}

std::optional<std::string> TreeJudge::wrong_denial(const TreeOperation& call,
                                                   const TreeAnswer& came, std::string& why) const {
  const bool dark = ledger_.organisation(ledger_.place_of(call)).quota.dark;
  const bool guaranteed = dark || ledger_.wait_guaranteed(call) == 0;
  const auto denying = denying_below(ledger_, call);
  if (guaranteed && !denying) {
    why = why_admitted(call);
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

// As long as nobody is admitted, nothing changes: the same call is told the same moment each time,
// and is admitted from then on.
void TreeJudge::hold_to_promises(const TreeOperation& call, const TreeAnswer& came,
                                 TreeOpinion& said) const {
  const auto& promises = promises_[ledger_.place_of(call).organisation];
  const auto promise = std::find_if(promises.begin(), promises.end(), [&](const Promise& made) {
    return same_call(made.call, call);
  });
  if (promise == promises.end()) return;
  const auto left = promise->from_ns ? TreeWait(*promise->from_ns - call.at_ns) : std::nullopt;
  const bool is_due = left && *left <= 0;
  if (is_due && !came.admitted) {
    said.expected = "admitted";
    said.wrong = "denied after the wait that it was told";
  } else if (!is_due && came.admitted) {
    said.expected = "denied, since it was told to wait longer";
    said.wrong = "admitted before the wait that it was told was over";
  } else if (!is_due && came.retry_after_ns != left) {
    said.expected = in_words(TreeAnswer{false, came.denied_by, left});
    said.wrong = "told another moment to come back than before";
  }
  if (said.wrong) said.why = "the same call was told when to come back; nobody took since";
}

void TreeJudge::remember(const TreeOperation& call, const TreeAnswer& came) {
  auto& promises = promises_[ledger_.place_of(call).organisation];
  if (came.admitted) {
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
