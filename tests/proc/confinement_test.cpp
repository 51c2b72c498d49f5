// What a subject sees and can reach. A tier that can't keep a promise must list that as a gap.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "fixture.hpp"

namespace assay::proc {
namespace {

class Confinement : public CellTest {
 protected:
  static std::string output_of(Cell& cell, const Command& command) {
    cell.start(command, {});
    run_to_end(cell);
    return cell.output().out + cell.output().err;
  }
};

ASSAY_IN_EVERY_TIER(Confinement);

TEST_P(Confinement, GivesAMinimalEnvironment) {
  Cell cell(GetParam());
  Command command;
  command.argv = {"env"};
  command.env["LEVEL"] = "1";
  const std::string folder = cell.folder();
  EXPECT_EQ(output_of(cell, command), "HOME=" + folder + "\nLANG=C.UTF-8\nLEVEL=1\n" +
                                          "PATH=/usr/local/bin:/usr/bin:/bin\nTMPDIR=" + folder +
                                          "\n");
}

TEST_P(Confinement, ClosesInheritedDescriptors) {
  std::array<int, 2> leaked{};
  ASSERT_EQ(::pipe(leaked.data()), 0);  // on purpose not close-on-exec
  Cell cell(GetParam());
  EXPECT_EQ(output_of(cell, subject(cell, {"descriptors"})), "0 1 2 ");
  Command with_channel = subject(cell, {"descriptors"});
  with_channel.channel = true;
  cell.start(with_channel, {});
  cell.close_channel();
  run_to_end(cell);
  EXPECT_EQ(cell.output().out, "0 1 2 3 ");
  ::close(leaked[0]);
  ::close(leaked[1]);
}

TEST_P(Confinement, NeverRunsAsRootNorCanBecomeRoot) {
  Cell cell(GetParam());
  const std::string status = output_of(cell, shell("id -u; grep -E 'NoNew|Cap(Eff|Prm)' "
                                                   "/proc/self/status"));
  EXPECT_EQ(status, std::to_string(cell.isolation().user) +
                        "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
  EXPECT_NE(cell.isolation().user, 0U);
  EXPECT_EQ(cell.isolation().own_user, ::geteuid() == 0);
}

TEST_P(Confinement, GivesEachCellAUserOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can";
  Cell one(GetParam());
  Cell two(GetParam());
  EXPECT_NE(one.isolation().user, two.isolation().user);
  two.put("secret", "s");
  EXPECT_NE(output_of(one, shell("cat " + two.folder().native() + "/secret || echo no")), "s");
}

TEST_P(Confinement, KeepsWritesInTheFolder) {
  Cell cell(GetParam());
  const std::string name = cell.folder().filename().native() + "-outside";
  output_of(cell, shell("for f in / /etc /home /tmp /var/tmp /dev/shm \"$1\"; do echo x > $f/" +
                        name + "; done; echo x > /dev/null && echo x > inside"));
  EXPECT_EQ(cell.take("inside", 100), "x\n");
  for (const char* folder : {"/", "/etc", "/home"}) {
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(folder) / name)) << folder;
  }
  for (const char* folder : {"/tmp", "/var/tmp", "/dev/shm"}) {
    const bool removed = std::filesystem::remove(std::filesystem::path(folder) / name);
    if (GetParam() != Tier::processes) {
      EXPECT_FALSE(removed) << folder;
    }
  }
}

TEST_P(Confinement, RemovesTracesInFoldersOpenToAll) {
  std::filesystem::path trace;
  bool own_user = false;
  {
    Cell cell(GetParam());
    own_user = cell.isolation().own_user;
    trace = "/var/tmp/" + cell.folder().filename().native() + "-trace";
    output_of(cell, shell("mkdir " + trace.native() + "; echo x > " + trace.native() + "/x"));
  }
  const bool promised = GetParam() != Tier::processes || own_user;
  if (promised) {
    EXPECT_FALSE(std::filesystem::exists(trace));
  }
  std::filesystem::remove_all(trace);
}

TEST_P(Confinement, HidesTheGrader) {
  Cell cell(GetParam());
  EXPECT_EQ(output_of(cell, subject(cell, {"peek", std::to_string(::getpid())})), "");
  // Without namespaces a subject that runs as your user sees your other processes: a gap that it
  // says.
  if (GetParam() != Tier::namespaces && has_gap(cell, "can read what you can read")) return;
  EXPECT_EQ(output_of(cell, subject(cell, {"peek", std::to_string(::getppid())})), "")
      << "of another process";
}

TEST_P(Confinement, HidesTheSupervisor) {
  if (GetParam() != Tier::namespaces) GTEST_SKIP() << "process 1 is not the supervisor";
  Cell cell(GetParam());
  EXPECT_EQ(output_of(cell, subject(cell, {"peek", "1"})), "");
  EXPECT_EQ(output_of(cell, shell("tr '\\0' ' ' < /proc/1/cmdline")), "assay-guard ");
}

TEST_P(Confinement, ProtectsTheGraderFromSignals) {
  Cell cell(GetParam());
  if (has_gap(cell, "kill your processes")) GTEST_SKIP() << "this tier does not, and says so";
  cell.start(subject(cell, {"kill", std::to_string(::getpid())}), {});
  EXPECT_TRUE(run_to_end(cell).clean());
}

TEST_P(Confinement, RefusesNewUserNamespaces) {
  Cell cell(GetParam());
  output_of(cell, shell("unshare -U true"));
  EXPECT_FALSE(cell.ending()->clean());
}

TEST_P(Confinement, LetsOutputBeOpenedByName) {
  Cell cell(GetParam());
  EXPECT_EQ(output_of(cell, shell("echo out > /dev/stdout; echo err > /dev/stderr")), "out\nerr\n");
}

TEST_P(Confinement, ReachesWhatItIsToldTo) {
  std::string folder = "/tmp/assay-test-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directory(folder + "/inner");
  std::ofstream(folder + "/inner/file") << "content";
  std::filesystem::permissions(folder + "/inner", std::filesystem::perms(0755));
  Cell cell(GetParam());
  Command command = shell("cat file; echo x > file");
  command.directory = folder + "/inner";
  const std::string got = output_of(cell, command);
  // A folder that others can't enter is opened up by namespaces, or if the user is the same.
  if (GetParam() == Tier::namespaces || ::geteuid() != 0) {
    EXPECT_EQ(got.substr(0, 7), "content");
  } else {
    EXPECT_EQ(cell.ending()->kind, Ending::Kind::never_started);
  }
  if (GetParam() != Tier::processes) {
    EXPECT_EQ(std::filesystem::file_size(folder + "/inner/file"), 7U);
  }
  std::filesystem::remove_all(folder);
}

TEST_P(Confinement, HasALoopbackNetwork) {
  if (GetParam() != Tier::namespaces) GTEST_SKIP() << "shares the machine's network";
  Cell cell(GetParam());
  EXPECT_EQ(output_of(cell, shell("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")), "lo\n");
}

TEST_P(Confinement, CarriesAChannel) {
  Cell cell(GetParam());
  Command command = subject(cell, {"echo"});
  command.channel = true;
  cell.start(command, {});
  ASSERT_EQ(::write(cell.channel(), "hello", 5), 5);
  ASSERT_TRUE(cell.wait(kPatience).readable);
  std::array<char, 16> heard{};
  ASSERT_EQ(::read(cell.channel(), heard.data(), heard.size()), 5);
  EXPECT_STREQ(heard.data(), "hello");
  EXPECT_TRUE(cell.wait(kPatience, true).writable);
  ::shutdown(cell.channel(), SHUT_WR);
  ASSERT_TRUE(cell.wait(kPatience).readable);
  EXPECT_EQ(::read(cell.channel(), heard.data(), heard.size()), 0);
  cell.close_channel();
  EXPECT_TRUE(run_to_end(cell).clean());
}

}  // namespace
}  // namespace assay::proc
