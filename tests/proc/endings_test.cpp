// How a subject ended is told exactly, whatever it does; and its end is the end of all it started.
#include <csignal>

#include "fixture.hpp"

namespace assay::proc {
namespace {

class Endings : public CellTest {
 protected:
  static Ending end_of(const std::vector<std::string>& deed, const Limits& limits = {}) {
    Cell cell(GetParam());
    cell.start(subject(cell, deed), limits);
    return run_to_end(cell);
  }
};

ASSAY_IN_EVERY_TIER(Endings);

TEST_P(Endings, TellExitCodes) {
  EXPECT_TRUE(end_of({"exit", "0"}).clean());
  const Ending failed = end_of({"exit", "3"});
  EXPECT_EQ(failed.kind, Ending::Kind::exited);
  EXPECT_EQ(failed.code, 3);
}

TEST_P(Endings, TellCrashes) {
  const Ending ending = end_of({"segfault"});
  EXPECT_EQ(ending.kind, Ending::Kind::signalled);
  EXPECT_EQ(ending.in_words(), "crashed: segmentation fault (SIGSEGV)");
}

TEST_P(Endings, TellEndlessLoops) {
  Limits limits;
  limits.cpu = std::chrono::seconds(1);
  const Ending ending = end_of({"spin"}, limits);
  EXPECT_EQ(ending.kind, Ending::Kind::out_of_cpu) << ending.in_words();
  EXPECT_EQ(ending.in_words(), "used more than 1 s of CPU time");
  EXPECT_GT(ending.cpu_ms.count(), 0);
}

TEST_P(Endings, TellEndlessLoopsThatIgnoreTheSignal) {
  Limits limits;
  limits.cpu = std::chrono::seconds(1);
  EXPECT_EQ(end_of({"spin stubbornly"}, limits).kind, Ending::Kind::out_of_cpu);
}

TEST_P(Endings, TellMemoryOfTheTree) {
  Limits limits;
  limits.address_space_bytes = 0;
  limits.memory_bytes = 64U << 20;
  const Ending ending = end_of({"allocate", "10000000000"}, limits);
  EXPECT_EQ(ending.kind, Ending::Kind::out_of_memory) << ending.in_words();
  EXPECT_EQ(ending.in_words(), "used more than 64 MB of memory");
  EXPECT_GT(ending.peak_memory_bytes, limits.memory_bytes);
}

TEST_P(Endings, TellRefusedMemory) {
  Limits limits;
  limits.memory_bytes = 1ULL << 40;
  limits.address_space_bytes = 256U << 20;
  EXPECT_EQ(end_of({"allocate", "10000000000"}, limits).code, SIGABRT);
}

TEST_P(Endings, TellFloodsAndKeepTheBeginning) {
  Cell cell(GetParam());
  Limits limits;
  limits.flood_bytes = 1U << 20;
  limits.kept_output_bytes = 1000;
  cell.start(subject(cell, {"flood"}), limits);
  EXPECT_EQ(run_to_end(cell).in_words(), "printed more than 1 MB");
  EXPECT_EQ(cell.output().out, std::string(1000, 'x'));
  EXPECT_GT(cell.output().out_bytes, limits.flood_bytes);
}

TEST_P(Endings, TellCommandsThatCannotStart) {
  Cell cell(GetParam());
  const auto words_of = [&](const std::string& name) {
    Command command;
    command.argv = {name};
    cell.start(command, {});
    const Ending ending = run_to_end(cell);
    EXPECT_EQ(ending.kind, Ending::Kind::never_started);
    return ending.detail;
  };
  cell.put("text", "not a program");
  EXPECT_EQ(words_of("assay-no-such-program"), "assay-no-such-program: not found in PATH");
  EXPECT_EQ(words_of("/no/such/program"), "/no/such/program: No such file or directory");
  EXPECT_EQ(words_of("./text"), "./text: Permission denied");
}

TEST_P(Endings, TellFoldersThatCannotBeEntered) {
  Cell cell(GetParam());
  Command command = shell("true");
  command.directory = "/no/such/folder";
  cell.start(command, {});
  EXPECT_EQ(run_to_end(cell).detail, "enter /no/such/folder: No such file or directory");
}

TEST_P(Endings, StopIsIdempotent) {
  Cell cell(GetParam());
  cell.start(subject(cell, {"idle"}), {});
  EXPECT_FALSE(cell.wait(std::chrono::milliseconds(20)).ended);
  EXPECT_EQ(cell.stop().kind, Ending::Kind::stopped);
  EXPECT_EQ(cell.stop().kind, Ending::Kind::stopped);
}

TEST_P(Endings, OfOneCommandAreTheBeginningOfTheNext) {
  Cell cell(GetParam());
  cell.start(shell("echo one > file; echo first"), {});
  EXPECT_TRUE(run_to_end(cell).clean());
  EXPECT_EQ(cell.output().out, "first\n");
  cell.start(shell("cat file; echo second >&2"), {});
  EXPECT_TRUE(run_to_end(cell).clean());
  EXPECT_EQ(cell.output().out, "one\n");
  EXPECT_EQ(cell.output().err, "second\n");
}

TEST_P(Endings, KillDaemons) {
  const Ending ending = end_of({"daemon"});
  EXPECT_TRUE(ending.clean()) << ending.in_words();
  EXPECT_TRUE(no_process_is_left());
}

TEST_P(Endings, KillForkBombs) {
  Cell cell(GetParam());
  cell.start(subject(cell, {"bomb"}), {});
  cell.wait(std::chrono::milliseconds(200));
  EXPECT_EQ(cell.stop().kind, Ending::Kind::stopped);
}

TEST_P(Endings, KillProcessesThatForkAndExitWithoutEnd) {
  Cell cell(GetParam());
  if (has_gap(cell, "outlive")) GTEST_SKIP() << "this tier does not promise it, and says so";
  cell.start(subject(cell, {"chain"}), {});
  EXPECT_TRUE(run_to_end(cell).clean());
}

TEST_P(Endings, OfACellThatWasNeverUsedLeaveNothing) {
  std::filesystem::path folder;
  {
    Cell cell(GetParam());
    folder = cell.folder();
    cell.put("a/b/c", "text");
    EXPECT_TRUE(std::filesystem::exists(folder));
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_P(Endings, LeaveNothingOfAFolderThatResists) {
  std::filesystem::path folder;
  {
    Cell cell(GetParam());
    folder = cell.folder();
    cell.start(shell("mkdir -p a/b; touch a/b/c; ln -s /etc/passwd l; mkfifo f; chmod 0 a/b a .;"
                     "cd /; i=0; while [ $i -lt 300 ]; do i=$((i+1)); done"),
               {});
    run_to_end(cell);
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_TRUE(std::filesystem::exists("/etc/passwd"));
}

TEST_P(Endings, LeaveNothingOfAVeryDeepFolder) {
  std::filesystem::path folder;
  {
    Cell cell(GetParam());
    folder = cell.folder();
    cell.start(
        shell("i=0; while [ $i -lt 350 ]; do mkdir d && cd d; i=$((i+1)); done; pwd | wc -c"), {});
    EXPECT_TRUE(run_to_end(cell).clean()) << cell.output().err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace assay::proc
