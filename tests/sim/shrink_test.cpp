// Shrinking keeps the failure, reaches a minimum from which nothing can be taken, and keeps its
// limits.
#include "sim/shrink.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace assay::sim {
namespace {

using Numbers = std::vector<int>;

bool has(const Numbers& numbers, int wanted) {
  return std::find(numbers.begin(), numbers.end(), wanted) != numbers.end();
}

Shrinker<int>::Test failing_if(std::function<bool(const Numbers&)> fails, int* runs = nullptr) {
  return [fails = std::move(fails), runs](const std::vector<Numbers>& candidates) {
    if (runs != nullptr) ++*runs;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (fails(candidates[i])) return std::optional(i);
    }
    return std::optional<std::size_t>();
  };
}

Numbers no_simpler(int) { return {}; }

Numbers up_to(int last) {
  Numbers numbers(static_cast<std::size_t>(last));
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

TEST(Shrinker, FindsTheTwoThatMatterAmongThousands) {
  const auto fails = [](const Numbers& n) { return has(n, 17) && has(n, 1'801); };
  Shrinker<int> shrinker(failing_if(fails), no_simpler);
  EXPECT_EQ(shrinker.shrink(up_to(2'000)), (Numbers{17, 1'801}));
}

TEST(Shrinker, KeepsWhatOnlyFailsTogether) {
  const auto fails = [](const Numbers& n) { return n.size() >= 5; };
  Shrinker<int> shrinker(failing_if(fails), no_simpler);
  EXPECT_EQ(shrinker.shrink(up_to(64)).size(), 5U);
}

TEST(Shrinker, SimplifiesItems) {
  const auto fails = [](const Numbers& n) { return std::accumulate(n.begin(), n.end(), 0) >= 10; };
  Shrinker<int> shrinker(failing_if(fails),
                         [](int n) { return n > 1 ? Numbers{n - 1} : Numbers{}; });
  EXPECT_EQ(shrinker.shrink({40, 40, 40}), (Numbers{10}));
}

TEST(Shrinker, KeepsItsLimits) {
  int runs = 0;
  ShrinkLimits limits;
  limits.batches = 7;
  Shrinker<int> shrinker(failing_if([](const Numbers& n) { return n.size() >= 2; }, &runs),
                         no_simpler, limits);
  EXPECT_GE(shrinker.shrink(up_to(5'000)).size(), 2U);
  EXPECT_LE(runs, 7);
}

}  // namespace
}  // namespace assay::sim
