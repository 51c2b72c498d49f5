// Endings are told in plain words, which graders print as they are.
#include <gtest/gtest.h>

#include <csignal>

#include "proc/cell.hpp"

namespace assay::proc {
namespace {

std::string words(Ending::Kind kind, int code, const std::string& detail = "") {
  Ending ending;
  ending.kind = kind;
  ending.code = code;
  ending.detail = detail;
  return ending.in_words();
}

TEST(Words, SayHowASubjectEnded) {
  using Kind = Ending::Kind;
  EXPECT_EQ(words(Kind::exited, 0), "exited early with code 0");
  EXPECT_EQ(words(Kind::exited, 3), "exited with code 3");
  EXPECT_EQ(words(Kind::signalled, SIGSEGV), "crashed: segmentation fault (SIGSEGV)");
  EXPECT_EQ(words(Kind::signalled, SIGKILL), "was killed (SIGKILL)");
  EXPECT_EQ(words(Kind::signalled, 40), "was ended by signal 40");
  EXPECT_EQ(words(Kind::out_of_cpu, SIGXCPU, "3 s"), "used more than 3 s of CPU time");
  EXPECT_EQ(words(Kind::out_of_memory, 0, "1 GB"), "used more than 1 GB of memory");
  EXPECT_EQ(words(Kind::flooded, 0, "32 MB"), "printed more than 32 MB");
  EXPECT_EQ(words(Kind::never_started, 2, "python3: not found in PATH"),
            "could not be started: python3: not found in PATH");
}

TEST(Words, NameTheTiers) {
  EXPECT_EQ(name_of(Tier::namespaces), "namespaces");
  EXPECT_EQ(name_of(Tier::landlock), "landlock");
  EXPECT_EQ(name_of(Tier::processes), "processes");
}

}  // namespace
}  // namespace assay::proc
