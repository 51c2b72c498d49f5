// The models of level 2 are judges, so each is held against its definition: every admitted call is
// remembered, what counts is added up anew for each question, and the wait is found by trying one
// nanosecond after the other. GCRA's second opinion is the bucket.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/model.hpp"

namespace assay::graders::rate_limiter {
namespace {

class Definition {
 public:
  explicit Definition(Policy policy) : policy_(policy) {}

  Decision acquire(std::int64_t at_ns, std::int64_t cost) {
    if (cost > policy_.limit) return {false, room(at_ns) / policy_.period_ns, std::nullopt};
    std::int64_t wait_ns = 0;
    while (room(at_ns + wait_ns) < cost * policy_.period_ns) ++wait_ns;
    if (wait_ns > 0) return {false, room(at_ns) / policy_.period_ns, wait_ns};
    admitted_.push_back({at_ns, "", cost});
    return {true, room(at_ns) / policy_.period_ns, std::nullopt};
  }

 private:
  // In parts of 1/window, so that the counter's fractions are whole numbers.
  std::int64_t room(std::int64_t now_ns) const {
    std::int64_t room = policy_.limit * policy_.period_ns;
    for (const auto& call : admitted_) room -= call.cost * weight(call.at_ns, now_ns);
    return room;
  }

  std::int64_t weight(std::int64_t at_ns, std::int64_t now_ns) const {
    const std::int64_t window = policy_.period_ns;
    const std::int64_t windows_ago = now_ns / window - at_ns / window;
    if (policy_.kind == Kind::sliding_log) return now_ns < at_ns + window ? window : 0;
    if (windows_ago == 0) return window;
    const bool previous = policy_.kind == Kind::sliding_counter && windows_ago == 1;
    return previous ? window - now_ns % window : 0;
  }

  Policy policy_;
  std::vector<Call> admitted_;
};

class Windows : public testing::TestWithParam<Kind> {};

TEST_P(Windows, AgreeWithTheirDefinition) {
  base::Random random(5);
  for (int round = 0; round < 400; ++round) {
    const Policy policy{random.between(1, 9), random.between(1, 30), GetParam()};
    Model model(policy);
    Definition definition(policy);
    std::int64_t now_ns = 0;
    for (int i = 0; i < 80; ++i) {
      now_ns += random.chance(0.1) ? random.between(0, 70) : random.between(0, 6);
      const std::int64_t cost = random.between(0, policy.limit + 1);
      ASSERT_EQ(model.acquire({now_ns, "a", cost}), definition.acquire(now_ns, cost))
          << policy.limit << " in " << policy.period_ns << ", call " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Windows,
                         testing::Values(Kind::fixed_window, Kind::sliding_log,
                                         Kind::sliding_counter));

TEST(Gcra, AnswersAsTheBucketDoes) {
  base::Random random(6);
  for (int round = 0; round < 500; ++round) {
    const Policy policy{random.between(1, 20), random.between(1, 1'000'000)};
    Policy same = policy;
    same.kind = Kind::gcra;
    Model bucket(policy);
    Model gcra(same);
    std::int64_t now_ns = 0;
    for (int i = 0; i < 200; ++i) {
      now_ns += random.between(0, random.chance(0.05) ? 30 * policy.period_ns : policy.period_ns);
      const Call call{now_ns, random.chance(0.5) ? "a" : "b", random.between(0, policy.limit + 1)};
      ASSERT_EQ(bucket.acquire(call), gcra.acquire(call));
    }
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
