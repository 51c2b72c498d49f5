// A grader that is killed at any moment leaves no process and no file. A child of the test acts as
// the grader, with a temporary folder of its own; what it leaves behind is adopted by the test.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <random>

#include "fixture.hpp"

namespace assay::proc {
namespace {

constexpr int kMoments = 20;

class KilledGrader : public CellTest {
 protected:
  [[noreturn]] static void grade() {
    try {
      while (true) {
        Cell cell(GetParam());
        cell.start(shell("mkdir a; touch a/b; (setsid sleep 1000 &); exec sleep 1000"), {});
        cell.wait(std::chrono::milliseconds(3));
        cell.stop();
      }
    } catch (const std::exception&) {
      ::_exit(1);
    }
  }
};

pid_t only_child_of(pid_t process) {
  const std::string number = std::to_string(process);
  std::ifstream children("/proc/" + number + "/task/" + number + "/children");
  pid_t child = -1;
  children >> child;
  return child;
}

ASSAY_IN_EVERY_TIER(KilledGrader);

TEST_P(KilledGrader, LeavesNothing) {
  std::string temporary = "/tmp/assay-test-XXXXXX";
  ASSERT_NE(::mkdtemp(temporary.data()), nullptr);
  ASSERT_EQ(::chmod(temporary.c_str(), 0755), 0);
  std::mt19937 random(20'26);
  for (int moment = 0; moment < kMoments; ++moment) {
    const pid_t grader = ::fork();
    if (grader == 0) {
      ::setenv("TMPDIR", temporary.c_str(), 1);
      grade();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 25'000));
    ::kill(grader, SIGKILL);
    ASSERT_TRUE(no_process_is_left()) << "moment " << moment;
    ASSERT_TRUE(std::filesystem::is_empty(temporary)) << "moment " << moment;
  }
  std::filesystem::remove(temporary);
}

TEST_P(KilledGrader, LeavesNoProcessEvenIfItsGuardIsKilledToo) {
  std::string temporary = "/tmp/assay-test-XXXXXX";
  ASSERT_NE(::mkdtemp(temporary.data()), nullptr);
  ASSERT_EQ(::chmod(temporary.c_str(), 0755), 0);
  std::array<int, 2> started{};
  ASSERT_EQ(::pipe2(started.data(), O_CLOEXEC), 0);
  const pid_t grader = ::fork();
  if (grader == 0) {
    ::setenv("TMPDIR", temporary.c_str(), 1);
    Cell cell(GetParam());
    cell.start(shell("(setsid sleep 1000 &); echo started; exec sleep 1000"), {});
    while (cell.output().out.empty()) cell.wait(std::chrono::milliseconds(1));
    if (::write(started[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char signal = 0;
  ASSERT_EQ(::read(started[0], &signal, 1), 1);
  const pid_t guard = only_child_of(grader);
  ASSERT_GT(guard, 1);
  ::kill(grader, SIGSTOP);
  ::kill(guard, SIGKILL);
  ::kill(grader, SIGKILL);
  EXPECT_TRUE(no_process_is_left());
  std::filesystem::remove_all(temporary);
  ::close(started[0]);
  ::close(started[1]);
}

struct Fault {
  const char* name;
  void (*happens)(Cell& cell, const Command& command);
};

TEST_P(KilledGrader, LeavesNothingOfASubjectThatMeetsAFault) {
  static constexpr std::array<Fault, 4> faults = {
      {{"paused", [](Cell& cell, const Command&) { cell.pause(); }},
       {"resumed", [](Cell& cell, const Command&) { cell.pause(), cell.resume(); }},
       {"killed", [](Cell& cell, const Command&) { cell.kill(); }},
       {"restarted", [](Cell& cell, const Command& command) {
          cell.kill();
          cell.start(command, {});
        }}}};
  for (const Fault& fault : faults) {
    std::array<int, 2> reached{};
    ASSERT_EQ(::pipe2(reached.data(), O_CLOEXEC), 0);
    const pid_t grader = ::fork();
    if (grader == 0) {
      Cell cell(GetParam());
      const Command command = shell("(setsid sleep 1000 &); echo started; exec sleep 1000");
      cell.start(command, {});
      while (cell.output().out.empty()) cell.wait(std::chrono::milliseconds(1));
      fault.happens(cell, command);
      const std::string folder = cell.folder();
      if (::write(reached[1], folder.data(), folder.size()) > 0) ::pause();
      ::_exit(1);
    }
    std::array<char, 256> folder{};
    ASSERT_GT(::read(reached[0], folder.data(), folder.size()), 1) << fault.name;
    ASSERT_TRUE(std::filesystem::exists(folder.data())) << fault.name;
    ::kill(grader, SIGKILL);
    EXPECT_TRUE(no_process_is_left()) << fault.name;
    EXPECT_FALSE(std::filesystem::exists(folder.data())) << fault.name;
    ::close(reached[0]);
    ::close(reached[1]);
  }
}

}  // namespace
}  // namespace assay::proc
