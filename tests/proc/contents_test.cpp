// Files go into a cell and come out of it, also while a subject plays tricks with links.
#include <atomic>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace assay::proc {
namespace {

using Contents = CellTest;

ASSAY_IN_EVERY_TIER(Contents);

TEST_P(Contents, CanBePutReadAndTaken) {
  Cell cell(GetParam());
  cell.put("src/main.txt", "one ");
  cell.put("run.sh", "#!/bin/sh\ncat src/main.txt > out/a; rm src/main.txt; echo two >> out/a\n",
           true);
  cell.put("out/place", "");
  Command command;
  command.argv = {"./run.sh"};
  cell.start(command, {});
  EXPECT_TRUE(run_to_end(cell).clean()) << cell.ending()->in_words() << cell.output().err;
  EXPECT_EQ(cell.take("out/a", 100), "one two\n");
  EXPECT_EQ(cell.take("out/a", 3), "one");
  EXPECT_EQ(cell.take("out", 100), std::nullopt);
  EXPECT_EQ(cell.take("none", 100), std::nullopt);
}

// While one thread writes its program, others start processes.
TEST_P(Contents, AreProgramsThatRunWhicheverThreadPutsThem) {
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&ran] {
      for (int round = 0; round < 20; ++round) {
        Cell cell(GetParam());
        cell.start(subject(cell, {"exit", "0"}), {});
        EXPECT_TRUE(run_to_end(cell).clean()) << cell.ending()->in_words();
        ++ran;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ran, 160);
}

TEST_P(Contents, AreNotTakenThroughLinks) {
  Cell cell(GetParam());
  cell.start(shell("ln -s /etc/passwd link; ln -s /etc folder; mkfifo pipe; ln -s . here"), {});
  run_to_end(cell);
  for (const char* name : {"link", "folder/passwd", "pipe", "here/link", "../etc", "/etc/passwd"}) {
    EXPECT_EQ(cell.take(name, 100), std::nullopt) << name;
  }
}

TEST_P(Contents, AreNotPutThroughLinks) {
  Cell cell(GetParam());
  const std::string victim = cell.folder().native() + "/victim";
  cell.start(shell("echo safe > victim; ln -s victim link; ln -s /tmp folder"), {});
  run_to_end(cell);
  cell.put("link", "new");
  EXPECT_EQ(cell.take("victim", 100), "safe\n");
  EXPECT_EQ(cell.take("link", 100), "new");
  EXPECT_THROW(cell.put("folder/file", "x"), CellError);
  EXPECT_THROW(cell.put("../file", "x"), CellError);
  EXPECT_THROW(cell.put_copy("file", "/no/such/file"), CellError);
}

}  // namespace
}  // namespace assay::proc
