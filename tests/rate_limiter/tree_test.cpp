// Goal: the judge of level 6 knows what every node holds, takes what the contract allows, however
// an organisation lends, and nothing else. Method: the ledger beside a second opinion that steps
// through time nanosecond by nanosecond; trees that are right, or have one mistake, simulated here.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/tree/judge.hpp"
#include "graders/rate_limiter/tree/mistakes.hpp"
#include "graders/rate_limiter/tree/plans.hpp"

namespace assay::graders::rate_limiter {
namespace {

const TreeAspects all_aspects{true, true, true, true};

// Two keys that share 6 tokens, 3 in 4 ns: a share of 2 with 1 in 4 ns, and one of 4 with 2 in 4
// ns.
TreePolicy shared_policy() {
  return {{"acme",
           {3, 4, 6},
           {{"alice", 1, boundless, {{"call", 1, boundless}}},
            {"bob", 2, boundless, {{"call", 1, boundless}}}}}};
}

TreePolicy one_key(TreeQuota organisation, TreeQuota key, TreeQuota route, std::int64_t price = 1) {
  return {{"acme", organisation, {{"alice", 1, key, {{"call", price, route}}}}}};
}

struct Said {
  std::string operation;
  std::string answer;
};

std::string judged(const TreePolicy& policy, const std::vector<Said>& talk,
                   TreeAspects aspects = all_aspects) {
  grade::Performance performance{{{setup_line(policy), "ok"}}, {}};
  for (const auto& [operation, answer] : talk) performance.exchanges.push_back({operation, answer});
  const auto wrong = first_wrong(performance, aspects);
  return wrong ? std::to_string(wrong->index) + " " + wrong->kind : "right";
}

// Levels in twelfths of a token (the common denominator of all rates below), in steps of 1 ns.
struct SlowBucket {
  std::int64_t gain;
  std::int64_t full;
  std::int64_t level = full;

  void step() { level = std::min(full, level + gain); }
};

TEST(TreeLedger, AgreesWithTimeTakenStepByStep) {
  const TreePolicy policy = shared_policy();
  for (int seed = 1; seed <= 50; ++seed) {
    base::Random random(static_cast<std::uint64_t>(seed));
    TreeLedger ledger(policy);
    SlowBucket whole{9, 72};
    std::map<std::string, SlowBucket> shares{{"alice", {3, 24}}, {"bob", {6, 48}}};
    std::int64_t now = 0;
    for (int i = 0; i < 200; ++i) {
      for (std::int64_t steps = random.between(0, 3); steps > 0; --steps, ++now) {
        whole.step();
        for (auto& [name, share] : shares) share.step();
      }
      const TreeOperation call{now, random.chance(0.5) ? "alice" : "bob", "call",
                               random.between(1, 5)};
      SlowBucket& own = shares.at(call.key);
      const SlowBucket& other = shares.at(call.key == "alice" ? "bob" : "alice");
      const std::int64_t amount = 12 * call.cost;
      EXPECT_EQ(ledger.wait_guaranteed(call) == 0, amount <= own.level);
      EXPECT_EQ(ledger.wait_guaranteed(call).has_value(), amount <= own.full);
      const bool may_borrow = amount <= own.full && amount <= whole.level - other.level;
      ASSERT_EQ(ledger.may_borrow(call, now), may_borrow);
      if (!may_borrow || random.chance(0.3)) continue;
      ledger.take_at_organisation(call);
      own.level = std::max<std::int64_t>(own.level - amount, 0);
      whole.level -= amount;
    }
  }
}

TEST(TreeLedger, WaitsAreTheShortest) {
  const TreePolicy policy = one_key({7, 3'000, 2}, {999'983, 1'000'000'007, 5}, boundless);
  TreeLedger ledger(policy);
  TreeOperation call{0, "alice", "call", 2};
  ledger.take_at_organisation(call);
  const auto wait = ledger.wait_guaranteed(call).value();
  EXPECT_EQ(wait, 858);  // 2 tokens at 7 in 3,000 ns are 857.1 ns
  call.at_ns = wait - 1;
  EXPECT_EQ(ledger.wait_guaranteed(call), 1);
  call.at_ns = wait;
  EXPECT_EQ(ledger.wait_guaranteed(call), 0);
}

TEST(TreeJudge, ADeniedCallTakesNothingAnywhere) {
  const auto policy = one_key({1, 1'000, 5}, {1, 10, 2}, boundless);
  const std::vector<Said> right{{"spend 0 alice call 2", "admitted"},
                                {"spend 0 alice call 2", "denied key 20"},
                                {"spend 20 alice call 2", "admitted"}};
  EXPECT_EQ(judged(policy, right), "right");
  auto wrong = right;
  wrong[2].answer = "denied organisation 980";
  EXPECT_EQ(judged(policy, wrong), "3 denied, but should be admitted");
}

TEST(TreeJudge, TheUpperNodeIsNamedAndTheLongestWaitTold) {
  const auto policy = one_key({1, 10, 2}, {1, 30, 2}, {1, 20, 2});
  const auto after = [&](const std::string& answer) {
    return judged(policy, {{"spend 0 alice call 2", "admitted"}, {"spend 0 alice call 1", answer}});
  };
  EXPECT_EQ(after("denied organisation 30"), "right");
  EXPECT_EQ(after("denied key 30"), "2 the wrong node is said to deny");
  EXPECT_EQ(after("denied organisation 10"), "2 told to retry too early");
  EXPECT_EQ(after("denied organisation 31"), "2 told to wait too long");
  EXPECT_EQ(after("denied organisation never"), "2 no retry_after, but waiting helps");
  EXPECT_EQ(after("denied route -9223372036854775808"), "2 the wrong node is said to deny");
  EXPECT_EQ(after("denied"), "2 not a decision");
  EXPECT_EQ(after("admitted"), "2 admitted, but should be denied");
}

TEST(TreeJudge, WhatAShareHoldsIsOwed) {
  const auto policy = shared_policy();
  EXPECT_EQ(
      judged(policy, {{"spend 0 bob call 4", "admitted"}, {"spend 0 alice call 2", "admitted"}}),
      "right");
  EXPECT_EQ(judged(policy, {{"spend 0 bob call 4", "admitted"},
                            {"spend 0 alice call 2", "denied organisation 8"}}),
            "2 denied, but should be admitted");
  EXPECT_EQ(
      judged(policy, {{"spend 0 alice call 2", "admitted"}, {"spend 0 alice call 1", "admitted"}}),
      "2 admitted, but should be denied");
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 3", "denied organisation 1"}}),
            "1 told to wait, but never admitted");
}

// Between what a key is owed and what it may have at most, either answer is right, but it is kept.
TEST(TreeJudge, WhoMayLendKeepsItsWord) {
  const auto policy = shared_policy();
  const std::vector<Said> before{{"spend 0 alice call 2", "admitted"}};
  const auto then = [&](std::vector<Said> more) {
    more.insert(more.begin(), before.begin(), before.end());
    return judged(policy, more);
  };
  EXPECT_EQ(then({{"spend 2 alice call 1", "admitted"}}), "right");
  EXPECT_EQ(then({{"spend 2 alice call 1", "denied organisation 2"}}), "right");
  EXPECT_EQ(then({{"spend 1 alice call 1", "denied organisation 1"},
                  {"spend 2 alice call 1", "denied organisation 1"}}),
            "3 denied after the wait that it was told");
  EXPECT_EQ(then({{"spend 1 alice call 1", "denied organisation 3"},
                  {"spend 2 alice call 1", "admitted"}}),
            "3 admitted before the wait that it was told was over");
  EXPECT_EQ(then({{"spend 1 alice call 1", "denied organisation 4"}}), "2 told to wait too long");
}

TEST(TreeJudge, ADeniedCallIsToldTheSameMomentUntilSomebodyIsAdmitted) {
  const auto policy = shared_policy();
  const std::vector<Said> before{{"spend 0 alice call 2", "admitted"},
                                 {"spend 0 bob call 4", "admitted"},
                                 {"spend 1 alice call 2", "denied organisation 7"}};
  const auto then = [&](std::vector<Said> more) {
    more.insert(more.begin(), before.begin(), before.end());
    return judged(policy, more);
  };
  EXPECT_EQ(then({{"spend 3 alice call 2", "denied organisation 5"}}), "right");
  EXPECT_EQ(then({{"spend 3 bob call 3", "denied organisation 3"},
                  {"spend 5 alice call 2", "denied organisation 3"}}),
            "right");
  // Both are possible, but not after what was told.
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 2", "admitted"},
                            {"spend 1 alice call 2", "denied organisation 5"},
                            {"spend 3 alice call 2", "denied organisation 4"}}),
            "3 told another moment to come back than before");
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 2", "admitted"},
                            {"spend 1 alice call 2", "denied organisation 5"},
                            {"spend 2 bob call 1", "admitted"},
                            {"spend 3 alice call 2", "denied organisation 4"}}),
            "right");
}

// Where a dark organisation may lend or not, its count tells, and is kept to.
TEST(TreeJudge, ADarkOrganisationIsFollowedByItsCount) {
  auto policy = shared_policy();
  policy[0].quota.dark = true;
  const auto counted = [](const std::string& key, int count) {
    return Said{"would_have_denied organisation " + key + " call", std::to_string(count)};
  };
  const auto after = [&](std::vector<Said> more) {
    more.insert(more.begin(), {"spend 0 alice call 2", "admitted"});
    return judged(policy, more);
  };
  EXPECT_EQ(after({{"spend 0 alice call 1", "admitted"}, counted("bob", 1)}), "right");
  EXPECT_EQ(after({{"spend 0 alice call 1", "admitted"}, counted("bob", 0)}),
            "3 the wrong count of what would have been denied");
  EXPECT_EQ(after({{"spend 0 bob call 4", "admitted"}, counted("alice", 0)}), "right");
  EXPECT_EQ(after({{"spend 0 bob call 4", "admitted"}, counted("alice", 1)}),
            "3 the wrong count of what would have been denied");
  const Said either{"spend 2 alice call 1", "admitted"};
  EXPECT_EQ(after({either, counted("alice", 1), counted("bob", 1)}), "right");
  EXPECT_EQ(after({either, counted("alice", 0), counted("bob", 1)}),
            "4 the wrong count of what would have been denied");
  // What was lent is gone, and what was counted isn't.
  EXPECT_EQ(after({either, counted("alice", 0), either, counted("alice", 1)}), "right");
  EXPECT_EQ(after({either, counted("alice", 0), either, counted("alice", 0)}),
            "5 the wrong count of what would have been denied");
  EXPECT_EQ(after({either, counted("alice", 1), either, counted("alice", 1)}), "right");
  // Nobody asked in time: all that is known is how many it can be.
  EXPECT_EQ(after({either, either, counted("alice", 2), counted("bob", 2)}), "right");
  EXPECT_EQ(after({either, either, counted("alice", 3)}),
            "4 the wrong count of what would have been denied");
}

TEST(TreeJudge, ADarkNodesWaitIsNobodys) {
  const auto policy = one_key(boundless, {1, 1'000, 1, true}, {1, 10, 2});
  const auto after = [&](const std::string& answer) {
    return judged(policy, {{"spend 0 alice call 2", "admitted"}, {"spend 0 alice call 2", answer}});
  };
  EXPECT_EQ(after("denied route 20"), "right");
  EXPECT_EQ(after("denied route 1000"), "2 told to wait too long");
  EXPECT_EQ(after("denied route never"), "2 no retry_after, but waiting helps");
}

TEST(TreeJudge, ADarkNodeTakesWhatItHasAndCounts) {
  const auto policy = one_key(boundless, {1, 100, 3, true}, boundless, 2);
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 1", "admitted"},
                            {"spend 0 alice call 1", "admitted"},
                            {"would_have_denied key alice call", "1"},
                            {"spend 100 alice call 1", "admitted"},
                            {"would_have_denied key alice call", "1"}}),
            "right");
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 1", "admitted"},
                            {"spend 0 alice call 1", "denied key 100"}}),
            "2 denied, but should be admitted");
  EXPECT_EQ(judged(policy, {{"spend 0 alice call 1", "admitted"},
                            {"would_have_denied key alice call", "1"}}),
            "2 the wrong count of what would have been denied");
}

// Gives what the bounds allow to whom `prefers` says: a tree whose sharing can be anything.
using Prefers = std::function<bool(const TreeOperation&)>;

grade::Performance played_by(const grade::Script& script, const Prefers& prefers) {
  TreeLedger ledger(parse_tree(script.setup));
  grade::Performance performance{{{script.setup, "ok"}}, {}};
  for (const auto& line : script.operations) {
    const auto call = parse_tree_operation(line);
    const bool owed = ledger.wait_guaranteed(call) == 0;
    const bool admitted = owed || (ledger.may_borrow(call, call.at_ns) && prefers(call));
    if (admitted) ledger.take_below(call), ledger.take_at_organisation(call);
    performance.exchanges.push_back({line, admitted ? "admitted" : "denied organisation 1"});
  }
  return performance;
}

TEST(TreeSharing, WhoLendsToTheFirstOrToNobodyIsCaught) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    base::Random random(seed, "sharing");
    bool first_comes_first = true;
    bool nobody = true;
    for (const auto& script : plan_sharing(random)) {
      const auto right = [&](const Prefers& prefers) {
        return !first_wrong(played_by(script, prefers), {.sharing = true});
      };
      first_comes_first = right([](const auto&) { return true; }) && first_comes_first;
      nobody = right([](const auto&) { return false; }) && nobody;
    }
    EXPECT_FALSE(first_comes_first) << seed;
    EXPECT_FALSE(nobody) << seed;
  }
}

// Without shares that have fallen behind, whoever asks alone has everything: first come is right.
TEST(TreeSharing, OneWhoAsksAloneMayHaveAll) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    base::Random random(seed, "alone");
    const auto alone = plan_sharing(random).front();
    EXPECT_FALSE(first_wrong(played_by(alone, [](const auto&) { return true; }), {.sharing = true}))
        << seed;
  }
}

// A call that its share can never hold leaves no room for a token: its denials don't make it short.
TEST(TreeSharing, NobodyIsShortOfWhatCanNeverBe) {
  const TreePolicy policy = shared_policy();
  std::vector<Said> talk;
  for (int at = 0; at < 200; at += 2) {
    talk.push_back({"spend " + std::to_string(at) + " alice call 3", "denied organisation never"});
  }
  EXPECT_EQ(judged(policy, talk), "right");
}

TEST(TreeMistakes, EachIsCaughtByAPlanAndRecognised) {
  for (const TreeMistake mistake : all_tree_mistakes) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      int caught = 0;
      for (const auto planner : {plan_tree, plan_rates, plan_dark}) {
        base::Random random(seed, "mistakes");
        for (const auto& script : planner(random)) {
          const auto answers = answers_of(script, mistake);
          if (!answers || !first_wrong(*answers, all_aspects)) continue;
          ++caught;
          EXPECT_TRUE(gives_all(*answers, mistake));
        }
      }
      EXPECT_GT(caught, 0) << in_words(mistake) << ", seed " << seed;
    }
  }
}

TEST(TreePlans, TheSeedDecidesAndPlansStaySmall) {
  for (const auto planner : {plan_tree, plan_rates, plan_guarantee, plan_sharing, plan_dark}) {
    base::Random first(7, "plans");
    base::Random again(7, "plans");
    const auto plan = planner(first);
    const auto same = planner(again);
    std::size_t operations = 0;
    ASSERT_EQ(plan.size(), same.size());
    for (std::size_t i = 0; i < plan.size(); ++i) {
      EXPECT_EQ(plan[i].setup, same[i].setup);
      EXPECT_EQ(plan[i].operations, same[i].operations);
      EXPECT_EQ(setup_line(parse_tree(plan[i].setup)), plan[i].setup);
      EXPECT_LT(plan[i].setup.size(), 4'096U);
      operations += plan[i].operations.size();
    }
    EXPECT_LT(operations, 25'000U);
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
