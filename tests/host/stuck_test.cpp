// Goal: a deadlock, a lost wake-up and a livelock are found, and described.
// Method: each in a process of its own (a death test), which tells what it found on stderr.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "host_test/scenario.hpp"
#include "threads/threads.hpp"

namespace assay::host::threads {
namespace {

constexpr std::uint64_t seeds = 500;

// Runs seeds until one gets stuck; leaves with 0 if it did.
[[noreturn]] void find_stuck(host_test::Scenario (*make)()) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Outcome outcome = run({seed, 0, {}}, make().bodies);
    if (outcome.kind == Kind::finished) continue;
    std::fprintf(stderr, "%s:", outcome.kind == Kind::deadlock ? "deadlock" : "livelock");
    for (const Stuck& stuck : outcome.stuck) {
      std::fprintf(stderr, " %d waits for %d held by %d in %zu frames;", stuck.thread,
                   static_cast<int>(stuck.wait.kind), stuck.wait.holder, stuck.at.count);
    }
    std::_Exit(0);
  }
  std::_Exit(1);
}

class StuckDeathTest : public testing::Test {
 protected:
  // The threads of earlier runs don't survive a fork.
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(StuckDeathTest, OppositeLockOrderIsADeadlock) {
  EXPECT_EXIT(find_stuck(host_test::opposite_lock_order), testing::ExitedWithCode(0),
              "deadlock: 0 waits for 1 held by 1 in [1-6] frames; 1 waits for 1 held by 0 in");
}

TEST_F(StuckDeathTest, LockingTwiceIsADeadlockWithOneself) {
  EXPECT_EXIT(find_stuck(host_test::locks_twice), testing::ExitedWithCode(0),
              "deadlock: 0 waits for 1 held by 0 in");
}

TEST_F(StuckDeathTest, ALostWakeUpIsADeadlock) {
  EXPECT_EXIT(find_stuck(host_test::lost_wake_up), testing::ExitedWithCode(0),
              "deadlock: 0 waits for 5 held by -1 in");
}

TEST_F(StuckDeathTest, WaitingForNobodyIsALivelock) {
  EXPECT_EXIT(find_stuck(host_test::waits_for_nobody), testing::ExitedWithCode(0),
              "livelock: 0 waits for 0 held by -1 in");
}

TEST_F(StuckDeathTest, NothingRunsAfterADeadlock) {
  EXPECT_EXIT(
      {
        run({}, host_test::locks_twice().bodies);
        try {
          run({}, host_test::lost_update().bodies);
        } catch (const std::logic_error& refused) {
          std::fprintf(stderr, "%s", refused.what());
          std::_Exit(0);
        }
      },
      testing::ExitedWithCode(0), "a run after a deadlock");
}

}  // namespace
}  // namespace assay::host::threads
