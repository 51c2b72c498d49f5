// Memory is read while a subject runs, wherever it puts it: a subject holds 50 MB more between two
// readings, and these must differ by that. And a subject's addresses are the same in every run.
#include <sys/personality.h>
#include <unistd.h>

#include <optional>

#include "fixture.hpp"

namespace assay::proc {
namespace {

constexpr double kHeldBytes = 50.0 * (1U << 20);

class Memory : public CellTest {
 protected:
  // By how much the memory grows while the subject comes to hold kHeldBytes.
  static double growth(const std::string& where) {
    Cell cell(GetParam());
    Command command = subject(cell, {"hold", where, std::to_string(static_cast<long>(kHeldBytes))});
    command.channel = true;
    cell.start(command, {});
    settle(cell);
    const std::optional<std::uint64_t> before = cell.memory_bytes();
    EXPECT_EQ(::write(cell.channel(), "g", 1), 1);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!cell.wait(std::chrono::milliseconds(100)).readable && !cell.ending() &&
           std::chrono::steady_clock::now() < deadline) {
      continue;
    }
    const std::optional<std::uint64_t> after = cell.memory_bytes();
    EXPECT_TRUE(before && after) << cell.stop().in_words();
    return before && after ? static_cast<double>(*after) - static_cast<double>(*before) : 0;
  }

  // Until the program has started, and waits.
  static void settle(Cell& cell) {
    std::optional<std::uint64_t> last;
    for (int same = 0; same < 3;) {
      cell.wait(std::chrono::milliseconds(20));
      const std::optional<std::uint64_t> now = cell.memory_bytes();
      same = now == last && now > 1U << 20 ? same + 1 : 0;
      last = now;
    }
  }
};

ASSAY_IN_EVERY_TIER(Memory);

TEST_P(Memory, OfTheProcessCounts) { EXPECT_NEAR(growth("memory"), kHeldBytes, kHeldBytes / 10); }

TEST_P(Memory, OfAChildCounts) { EXPECT_NEAR(growth("child"), kHeldBytes, kHeldBytes / 10); }

TEST_P(Memory, InFilesOfTheFolderCounts) {
  EXPECT_NEAR(growth("folder"), kHeldBytes, kHeldBytes / 10);
}

TEST_P(Memory, InTemporaryFoldersOfItsOwnCounts) {
  if (GetParam() != Tier::namespaces) GTEST_SKIP() << "they are the machine's";
  EXPECT_NEAR(growth("temporary"), kHeldBytes, kHeldBytes / 10);
}

TEST_P(Memory, InSharedSegmentsThatNobodyHasAttachedCounts) {
  if (GetParam() != Tier::namespaces) GTEST_SKIP() << "they are refused";
  EXPECT_NEAR(growth("segment"), kHeldBytes, kHeldBytes / 10);
}

TEST_P(Memory, OfNothingIsNothing) {
  Cell cell(GetParam());
  EXPECT_EQ(cell.memory_bytes(), std::nullopt);
  cell.start(shell("exit 0"), {});
  run_to_end(cell);
  EXPECT_EQ(cell.memory_bytes(), std::nullopt);
}

TEST_P(Memory, CanBeAskedForWhileTheSubjectEnds) {
  Cell cell(GetParam());
  for (int run = 0; run < 10; ++run) {
    cell.start(shell("exit 0"), {});
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (cell.memory_bytes() && std::chrono::steady_clock::now() < deadline) continue;
    EXPECT_TRUE(run_to_end(cell).clean()) << cell.ending()->in_words();
  }
}

TEST_P(Memory, HasTheSameAddressesInEveryRun) {
  const int current = ::personality(0xffffffff);
  const auto fixed = static_cast<unsigned long>(current) | ADDR_NO_RANDOMIZE;
  if (::personality(fixed) < 0) GTEST_SKIP() << "personality is forbidden here";
  ::personality(static_cast<unsigned long>(current));
  const auto addresses = [] {
    Cell cell(GetParam());
    cell.start(subject(cell, {"addresses"}), {});
    EXPECT_TRUE(run_to_end(cell).clean());
    return cell.output().out;
  };
  const std::string first = addresses();
  EXPECT_GT(first.size(), 10U);
  EXPECT_EQ(first, addresses());
}

}  // namespace
}  // namespace assay::proc
