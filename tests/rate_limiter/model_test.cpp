// The model is the judge, so it is held against a second opinion: the definition of a token bucket
// in exact rational steps, nanosecond by nanosecond, and the bound on what any window may admit.
#include "graders/rate_limiter/limiter/model.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace assay::graders::rate_limiter {
namespace {

// A bucket that counts 1/interval-ths of a token and lets every nanosecond pass by itself.
class NanosecondBucket {
 public:
  explicit NanosecondBucket(Policy policy)
      : policy_(policy), parts_(policy.limit * policy.period_ns) {}

  bool acquire(std::int64_t at_ns, std::int64_t cost) {
    for (; now_ns_ < at_ns; ++now_ns_) {
      parts_ = std::min(parts_ + 1, policy_.limit * policy_.period_ns);
    }
    if (cost * policy_.period_ns > parts_) return false;
    parts_ -= cost * policy_.period_ns;
    return true;
  }
  std::int64_t whole_tokens() const { return parts_ / policy_.period_ns; }

 private:
  Policy policy_;
  std::int64_t parts_;
  std::int64_t now_ns_ = 0;
};

TEST(Model, AgreesWithTheDefinition) {
  base::Random random(1);
  for (int round = 0; round < 300; ++round) {
    const Policy policy{random.between(1, 6), random.between(1, 40)};
    Model model(policy);
    NanosecondBucket definition(policy);
    std::int64_t now_ns = 0;
    for (int i = 0; i < 100; ++i) {
      now_ns += random.between(0, 30);
      const std::int64_t cost = random.between(0, policy.limit + 1);
      const Decision decision = model.acquire({now_ns, "a", cost});
      ASSERT_EQ(decision.admitted, definition.acquire(now_ns, cost));
      ASSERT_EQ(decision.remaining, definition.whole_tokens());
      ASSERT_EQ(decision.retry_after_ns.has_value(), !decision.admitted && cost <= policy.limit);
    }
  }
}

TEST(Model, RetryAfterIsExact) {
  base::Random random(2);
  for (int round = 0; round < 2'000; ++round) {
    const Policy policy{random.between(1, 9), random.between(2, 1'000'000)};
    const Call spend{0, "a", random.between(1, policy.limit)};
    const Call call{random.between(0, policy.period_ns), "a", policy.limit};
    const auto asked_at = [&](std::int64_t at_ns) {
      Model model(policy);
      model.acquire(spend);
      return model.acquire({at_ns, "a", call.cost});
    };
    const Decision denied = asked_at(call.at_ns);
    if (!denied.retry_after_ns) continue;
    EXPECT_FALSE(asked_at(call.at_ns + *denied.retry_after_ns - 1).admitted);
    EXPECT_TRUE(asked_at(call.at_ns + *denied.retry_after_ns).admitted);
  }
}

TEST(Model, NoWindowAdmitsMoreThanCapacityAndGrowth) {
  base::Random random(3);
  const Policy policy{10, 7};
  Model model(policy);
  std::vector<std::pair<std::int64_t, std::int64_t>> admitted;
  std::int64_t now_ns = 0;
  for (int i = 0; i < 500; ++i) {
    now_ns += random.between(0, 12);
    const std::int64_t cost = random.between(1, 4);
    if (model.acquire({now_ns, "a", cost}).admitted) admitted.emplace_back(now_ns, cost);
  }
  for (std::size_t first = 0; first < admitted.size(); ++first) {
    std::int64_t sum = 0;
    for (std::size_t last = first; last < admitted.size(); ++last) {
      sum += admitted[last].second;
      const std::int64_t window_ns = admitted[last].first - admitted[first].first;
      ASSERT_LE(sum * policy.period_ns, policy.limit * policy.period_ns + window_ns);
    }
  }
}

// Enough variety that every mistake shows.
std::vector<Call> varied_calls(base::Random& random, const Policy& policy) {
  std::vector<Call> calls;
  std::int64_t now_ns = 0;
  const std::int64_t pause_ns = has_window(policy.kind) ? policy.period_ns / 12 : 700'001;
  for (int i = 0; i < 600; ++i) {
    now_ns += random.between(0, 5) * pause_ns;
    if (random.chance(0.05)) now_ns += 30 * policy.period_ns;
    if (random.chance(0.05)) now_ns = now_ns / policy.period_ns * policy.period_ns;
    if (random.chance(0.05))
      now_ns = std::max<std::int64_t>(0, now_ns - random.between(1, 40) * pause_ns);
    const std::int64_t cost = random.chance(0.02) ? std::int64_t{1} << 62 : random.between(0, 5);
    calls.push_back({now_ns, random.chance(0.5) ? "a" : "b", cost});
  }
  return calls;
}

TEST(Model, MistakesDifferFromTheTruthAndFromEachOther) {
  for (const Kind kind : all_kinds) {
    base::Random random(4);
    const Policy policy{4, 3'000'000, kind};
    const auto calls = varied_calls(random, policy);
    std::vector<Mistake> all = mistakes_of(kind);
    all.insert(all.begin(), Mistake::none);
    std::vector<std::vector<Decision>> answers;
    for (const Mistake mistake : all) {
      Model model(policy, mistake, ways_of(mistake, calls).front());
      answers.emplace_back();
      for (const auto& call : calls) answers.back().push_back(model.acquire(call));
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_FALSE(in_words(all[i]).empty());
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        EXPECT_TRUE(answers[i] != answers[j]) << in_words(all[i]) << " / " << in_words(all[j]);
      }
    }
  }
}

}  // namespace
}  // namespace assay::graders::rate_limiter
