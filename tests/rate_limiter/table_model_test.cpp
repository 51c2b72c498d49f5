// The model of level 3's contract, rule by rule: what needs room, who is forgotten for it, and the
// two places in which the contract leaves a choice. While there is room for all keys, its second
// opinion is level 1's bucket.
#include "graders/rate_limiter/table/model.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/model.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr TablePolicy two_keys{3, 100, 2, true};
const Decision no_room{false, 0, std::nullopt};

// The one outcome of a call that leaves no choice.
TableOutcome outcome(const TablePolicy& policy, const Table& table, const Call& call) {
  auto all = outcomes(policy, table, call);
  EXPECT_EQ(all.size(), 1U) << call.key << " at " << call.at_ns;
  return all.empty() ? TableOutcome{} : std::move(all.front());
}

Table after(const TablePolicy& policy, const std::vector<Call>& calls) {
  Table table;
  for (const auto& call : calls) table = outcome(policy, table, call).after;
  return table;
}

TEST(TableModel, AnswersAsTheBucketWhileThereIsRoom) {
  base::Random random(7);
  for (int round = 0; round < 300; ++round) {
    const TablePolicy policy{random.between(1, 9), random.between(1, 1'000'000), 3, true};
    Model bucket({policy.capacity, policy.interval_ns});
    Table table;
    std::int64_t now_ns = 0;
    for (int i = 0; i < 100; ++i) {
      now_ns += random.between(0, 2 * policy.interval_ns);
      const std::string key(1, "abc"[random.between(0, 2)]);
      const Call call{now_ns, key, random.between(0, policy.capacity + 1)};
      auto next = outcome(policy, table, call);
      ASSERT_EQ(next.decision, bucket.acquire(call));
      table = std::move(next.after);
    }
    EXPECT_EQ(table.without_room, 0);
  }
}

TEST(TableModel, RefusesAndCountsWhereNoBucketIsFull) {
  const Table full = after(two_keys, {{0, "a", 1}, {0, "b", 1}});
  const auto denied = outcome(two_keys, full, {99, "c", 1});
  EXPECT_EQ(denied.decision, no_room);
  EXPECT_EQ(denied.after.without_room, 1);
  EXPECT_EQ(denied.after.buckets, full.buckets);
}

TEST(TableModel, AdmitsAndRemembersNothingIfThePolicySaysSo) {
  TablePolicy admits = two_keys;
  admits.denies_when_full = false;
  const Table full = after(admits, {{0, "a", 1}, {0, "b", 1}});
  for (const auto& again : {full, outcome(admits, full, {50, "c", 2}).after}) {
    const auto admitted = outcome(admits, again, {50, "c", 2});
    EXPECT_EQ(admitted.decision, (Decision{true, 1, std::nullopt}));
    EXPECT_EQ(admitted.after.buckets, full.buckets);
    EXPECT_EQ(admitted.after.without_room, again.without_room + 1);
  }
}

TEST(TableModel, ForgetsAFullBucketForANewKey) {
  const Table one_is_full = after(two_keys, {{0, "a", 1}, {0, "b", 2}});
  const auto taken = outcome(two_keys, one_is_full, {101, "c", 1});
  EXPECT_EQ(taken.decision, (Decision{true, 2, std::nullopt}));
  EXPECT_EQ(taken.after.without_room, 0);
  // What isn't full is remembered exactly: b was charged twice, and 101 ns have passed.
  EXPECT_EQ(outcome(two_keys, taken.after, {101, "b", 3}).decision, (Decision{false, 2, 99}));
  // Now neither b nor c is full, and a has to ask for room as any new key.
  EXPECT_EQ(outcome(two_keys, taken.after, {101, "a", 1}).decision, no_room);
}

TEST(TableModel, AsksForRoomOnlyToTakeFromAFullBucket) {
  const Table full = after(two_keys, {{0, "a", 1}, {0, "b", 1}});
  EXPECT_EQ(outcome(two_keys, full, {0, "c", 0}).decision, (Decision{true, 3, std::nullopt}));
  EXPECT_EQ(outcome(two_keys, full, {0, "c", 4}).decision, (Decision{false, 3, std::nullopt}));
  EXPECT_EQ(outcome(two_keys, full, {0, "a", 2}).decision, (Decision{true, 0, std::nullopt}));
  EXPECT_EQ(outcome(two_keys, full, {0, "a", 3}).decision, (Decision{false, 2, 100}));
}

TEST(TableModel, LeavesAChoiceInTheVeryNanosecondAndInNoOther) {
  const Table full = after(two_keys, {{0, "a", 1}, {0, "b", 1}});  // until 100 ns
  EXPECT_EQ(outcome(two_keys, full, {99, "c", 1}).decision, no_room);
  const auto either = outcomes(two_keys, full, {100, "c", 1});
  ASSERT_EQ(either.size(), 2U);
  EXPECT_EQ(either[0].decision, (Decision{true, 2, std::nullopt}));
  EXPECT_EQ(either[1].decision, no_room);
  EXPECT_TRUE(outcome(two_keys, full, {101, "c", 1}).decision.admitted);
  // The same for a's own bucket, if others take all the room.
  const TablePolicy one_key{3, 100, 1, true};
  EXPECT_TRUE(outcome(one_key, after(one_key, {{0, "a", 1}}), {100, "a", 1}).decision.admitted);
}

TEST(TableModel, HasNoTimeBeforeTheLastCallThatTookTokens) {
  const Table taken_at_50 = after(two_keys, {{50, "a", 1}});
  EXPECT_TRUE(too_late(taken_at_50, {49, "a", 1}));
  EXPECT_TRUE(too_late(taken_at_50, {49, "a", 0}));
  EXPECT_FALSE(too_late(taken_at_50, {50, "a", 1}));
  EXPECT_FALSE(too_late(taken_at_50, {49, "b", 1}));  // its own bucket only
  // Who took nothing keeps nobody from an earlier time.
  const Table looked = after(two_keys, {{50, "a", 1}, {90, "a", 0}, {90, "a", 3}});
  EXPECT_FALSE(too_late(looked, {60, "a", 1}));
}

TEST(TableModel, KeepsToItsNumbersAtTheirEnds) {
  const std::int64_t max_time_ns = (std::int64_t{1} << 62) - 1;
  const TablePolicy large{max_time_ns, 1, 1, true};
  const Table empty = after(large, {{0, "a", max_time_ns}});
  EXPECT_EQ(outcome(large, empty, {0, "a", 1}).decision, (Decision{false, 0, 1}));
  EXPECT_EQ(outcome(large, empty, {max_time_ns - 1, "b", 1}).decision, no_room);
  EXPECT_EQ(outcome(large, empty, {1, "a", max_time_ns}).decision,
            (Decision{false, 1, max_time_ns - 1}));
}

}  // namespace
}  // namespace assay::graders::rate_limiter
