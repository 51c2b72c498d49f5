// How full a bucket may be, known only by the moments between which calls took effect: what an
// exact bucket answers is never wrong, however wide those are; and what no bucket answers is seen
// when they are narrow. The second opinion is level 1's model.
#include "graders/rate_limiter/fleet/level.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "graders/rate_limiter/limiter/model.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t interval_ns = 20'000'000;
constexpr std::int64_t capacity = 4;

// Calls of an exact bucket, at moments that lie somewhere between those that are told.
class Told {
 public:
  Told(std::uint64_t seed, std::int64_t width_ns) : random_(seed), width_ns_(width_ns) {}

  // Wrong answers are made of right ones by `spoil`; what the judge says of them.
  template <class Spoil>
  std::optional<std::string> next(Spoil spoil) {
    const std::int64_t from_ns = now_ns_ + random_.between(0, 2 * interval_ns);
    const std::int64_t to_ns = from_ns + random_.between(0, width_ns_);
    const std::int64_t cost = random_.between(0, capacity);
    now_ns_ = to_ns;
    Decision came = model_.acquire({random_.between(from_ns, to_ns), "a", cost});
    spoil(came);
    return range_.take(from_ns, to_ns, cost, came);
  }

 private:
  base::Random random_;
  const std::int64_t width_ns_;
  std::int64_t now_ns_ = 0;
  Model model_{{capacity, interval_ns}};
  BucketRange range_{capacity, interval_ns};
};

TEST(BucketRange, TakesWhatAnExactBucketAnswers) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Told told(seed, static_cast<std::int64_t>(seed) * 500'000);
    for (int i = 0; i < 100; ++i) {
      const auto wrong = told.next([](Decision&) {});
      ASSERT_FALSE(wrong) << *wrong << ", seed " << seed << ", call " << i;
    }
  }
}

TEST(BucketRange, TakesAWaitThatIsAMillisecondTooLong) {
  Told told(1, 100'000);
  for (int i = 0; i < 100; ++i) {
    const auto wrong = told.next([](Decision& came) {
      if (came.retry_after_ns) *came.retry_after_ns += 900'000;
    });
    ASSERT_FALSE(wrong) << *wrong;
  }
}

// How many of 50 runs with one kind of wrong answer are seen within 100 calls.
template <class Spoil>
int seen(Spoil spoil) {
  int count = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Told told(seed, 500'000);
    bool wrong = false;
    for (int i = 0; i < 100 && !wrong; ++i) wrong = told.next(spoil).has_value();
    count += wrong ? 1 : 0;
  }
  return count;
}

TEST(BucketRange, SeesWhatNoBucketAnswers) {
  EXPECT_EQ(seen([](Decision& came) { came.remaining += 1; }), 50);
  EXPECT_EQ(seen([](Decision& came) { came = {true, came.remaining, std::nullopt}; }), 50);
  EXPECT_EQ(seen([](Decision& came) { came = {false, came.remaining, 1'000'000}; }), 50);
  EXPECT_EQ(seen([](Decision& came) {
              if (came.retry_after_ns) *came.retry_after_ns /= 2;
            }),
            50);
  EXPECT_EQ(seen([](Decision& came) {
              if (came.retry_after_ns) *came.retry_after_ns += 3'000'000;
            }),
            50);
  EXPECT_EQ(seen([](Decision& came) { came.retry_after_ns.reset(); }), 50);
}

// A node alone with its bucket, of which it takes tokens ahead. It repeats a denial without asking.
class LeasedTold {
 public:
  LeasedTold(std::uint64_t seed, std::int64_t width_ns) : random_(seed), width_ns_(width_ns) {}

  template <class Spoil>
  std::optional<std::string> next(Spoil spoil) {
    const bool pause = random_.chance(0.1);
    const std::int64_t from_ns = now_ns_ + random_.between(0, interval_ns * (pause ? 9 : 1));
    const std::int64_t to_ns = from_ns + random_.between(0, width_ns_);
    now_ns_ = to_ns;
    Decision came = decide(from_ns, random_.between(from_ns, to_ns), to_ns);
    spoil(came);
    return range_.take(from_ns, to_ns, 1, came);
  }

 private:
  static constexpr std::int64_t ahead_max = 3;

  Decision decide(std::int64_t from_ns, std::int64_t at_ns, std::int64_t to_ns) {
    if (hand_ > 0) return {true, left_ + --hand_, std::nullopt};
    if (from_ns < grown_at_ns_) return {false, left_, grown_at_ns_ - from_ns};
    for (std::int64_t ahead = ahead_max; ahead >= 0; --ahead) {
      const Decision asked = model_.acquire({at_ns, "a", 1 + ahead});
      left_ = asked.remaining;
      if (!asked.admitted && ahead > 0) continue;
      hand_ = ahead;
      if (!asked.admitted) grown_at_ns_ = to_ns + *asked.retry_after_ns;  // heard at the end
      return {asked.admitted, left_ + hand_, asked.retry_after_ns};
    }
    return {};
  }

  base::Random random_;
  const std::int64_t width_ns_;
  std::int64_t now_ns_ = 0;
  std::int64_t hand_ = 0;
  std::int64_t left_ = 0;
  std::int64_t grown_at_ns_ = 0;
  Model model_{{capacity, interval_ns}};
  BucketRange range_{capacity, interval_ns, ahead_max};
};

TEST(BucketRange, TakesWhatANodeWithALeaseAnswers) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    LeasedTold told(seed, static_cast<std::int64_t>(seed) * 100'000);
    for (int i = 0; i < 100; ++i) {
      const auto wrong = told.next([](Decision&) {});
      ASSERT_FALSE(wrong) << *wrong << ", seed " << seed << ", call " << i;
    }
  }
}

template <class Spoil>
int seen_of_leases(Spoil spoil) {
  int count = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    LeasedTold told(seed, 500'000);
    bool wrong = false;
    for (int i = 0; i < 100 && !wrong; ++i) wrong = told.next(spoil).has_value();
    count += wrong ? 1 : 0;
  }
  return count;
}

TEST(BucketRange, SeesWhatNoNodeWithALeaseAnswers) {
  EXPECT_EQ(seen_of_leases([](Decision& came) { came = {true, 0, std::nullopt}; }), 50);
  EXPECT_EQ(seen_of_leases([](Decision& came) { came = {false, 0, 1'000'000}; }), 50);
  EXPECT_EQ(seen_of_leases([](Decision& came) { came.retry_after_ns.reset(); }), 50);
  EXPECT_EQ(seen_of_leases([](Decision& came) {
              if (came.retry_after_ns) *came.retry_after_ns /= 2;
            }),
            50);
  EXPECT_EQ(seen_of_leases([](Decision& came) {
              if (came.retry_after_ns) *came.retry_after_ns += 4'000'000;
            }),
            50);
}

TEST(BucketRange, KnowsWhenTheBucketIsFullAtTheEarliest) {
  BucketRange range(capacity, interval_ns);
  EXPECT_EQ(range.full_in_ns(0), 0);
  EXPECT_FALSE(range.take(1'000'000, 2'000'000, 3, {true, 1, std::nullopt}));
  const std::int64_t longest_ns = 3 * interval_ns;
  EXPECT_LE(range.full_in_ns(11'000'000), longest_ns - 9'000'000);
  EXPECT_GE(range.full_in_ns(11'000'000), longest_ns - 10'100'000);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
