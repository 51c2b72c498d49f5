// Goal: kill -9, SIGSTOP, SIGCONT and a restart do to the whole tree of a subject what they do in
// production, and the cell goes on. Method: a server with a process for each connection, and a
// program that counts its lives in a file.
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <csignal>

#include "fixture.hpp"
#include "net/sockets.hpp"
#include "proc/reserved_port.hpp"

namespace assay::proc {
namespace {

constexpr int restarts = 20;
constexpr int connections = 5;
constexpr int silence_ms = 200;  // nobody waits longer for what must not come

class Faults : public CellTest {
 protected:
  static void wait_for_output(Cell& cell) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (cell.output().out.empty() && std::chrono::steady_clock::now() < deadline) {
      if (cell.wait(std::chrono::milliseconds(5)).ended) return;
    }
  }

  static int processes_of(uid_t user) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      struct stat status {};
      if (::stat(entry.path().c_str(), &status) == 0 && status.st_uid == user) ++count;
    }
    return count;
  }
};

// A server in a cell, and connections to it, each with a process of its own at the other end.
class Served {
 public:
  Served(Cell& cell, std::uint16_t port) {
    const auto make = [&cell](int family) { return cell.make_socket(family); };
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (sockets_.size() < connections && std::chrono::steady_clock::now() < deadline) {
      sockets_.push_back(net::begin_connecting(net::Endpoint::loopback(port), make));
      pollfd waiting{sockets_.back().get(), POLLOUT, 0};
      ::poll(&waiting, 1, silence_ms);
      if (net::pending_error(sockets_.back().get()) != 0) sockets_.pop_back();
    }
  }

  // How many say back what they are told, within the time for each.
  int answers(int timeout_ms) {
    for (const auto& socket : sockets_) EXPECT_EQ(::write(socket.get(), "x", 1), 1);
    return answers_due(timeout_ms);
  }
  int answers_due(int timeout_ms) {
    int answered = 0;
    for (const auto& socket : sockets_) {
      pollfd waiting{socket.get(), POLLIN, 0};
      std::array<char, 16> heard{};
      if (::poll(&waiting, 1, timeout_ms) == 1 && ::read(socket.get(), heard.data(), 1) == 1) {
        ++answered;
      }
    }
    return answered;
  }

 private:
  std::vector<net::Descriptor> sockets_;
};

constexpr int patience_ms = static_cast<int>(kPatience / std::chrono::milliseconds(1));

ASSAY_IN_EVERY_TIER(Faults);

TEST_P(Faults, PauseSilencesTheWholeTreeAndResumeBringsEveryAnswer) {
  Cell cell(GetParam());
  const ReservedPort port(cell.isolation(), 7000);
  cell.start(subject(cell, {"serve", std::to_string(port.number())}), {});
  Served served(cell, port.number());
  ASSERT_EQ(served.answers(patience_ms), connections);
  for (int round = 0; round < 3; ++round) {
    cell.pause();
    ASSERT_EQ(served.answers(silence_ms / connections), 0);
    EXPECT_FALSE(cell.ending());
    cell.resume();
    EXPECT_EQ(served.answers_due(patience_ms), connections);
  }
}

TEST_P(Faults, APausedSubjectIsStillMeasuredAndCanBeEnded) {
  Cell cell(GetParam());
  for (const auto kind : {Ending::Kind::stopped, Ending::Kind::signalled}) {
    cell.start(subject(cell, {"live again"}), {});
    wait_for_output(cell);
    cell.pause();
    cell.pause();
    EXPECT_GT(cell.memory_bytes().value_or(0), 0U);
    EXPECT_EQ((kind == Ending::Kind::stopped ? cell.stop() : cell.kill()).kind, kind);
  }
}

TEST_P(Faults, APauseRightAfterTheStartIsNotMissed) {
  Cell cell(GetParam());
  for (int round = 0; round < 10; ++round) {
    cell.start(shell("while :; do echo tick; sleep 0.001; done"), {});
    cell.pause();
    cell.wait(std::chrono::milliseconds(0));
    const std::uint64_t printed_bytes = cell.output().out_bytes;
    cell.wait(std::chrono::milliseconds(50));
    EXPECT_EQ(cell.output().out_bytes, printed_bytes);
    cell.resume();
    wait_for_output(cell);
    EXPECT_NE(cell.output().out, "");
    cell.stop();
  }
}

TEST_P(Faults, PauseStopsForkBombs) {
  Cell cell(GetParam());
  Limits limits;
  limits.processes = 20;
  cell.start(subject(cell, {"bomb"}), limits);
  cell.wait(std::chrono::milliseconds(50));
  cell.pause();
  EXPECT_FALSE(cell.ending());
  EXPECT_EQ(cell.stop().kind, Ending::Kind::stopped);
}

TEST_P(Faults, TimeOnTheProcessorIsLimitedAcrossPauses) {
  Cell cell(GetParam());
  Limits limits;
  limits.cpu = std::chrono::seconds(1);
  cell.start(subject(cell, {"spin"}), limits);
  cell.wait(std::chrono::milliseconds(50));
  cell.pause();
  cell.wait(std::chrono::milliseconds(50));
  cell.resume();
  EXPECT_EQ(run_to_end(cell).kind, Ending::Kind::out_of_cpu);
}

TEST_P(Faults, WhatAKilledSubjectWroteIsWhatItsNextLifeFinds) {
  Cell cell(GetParam());
  const Command command = subject(cell, {"live again"});
  for (int life = 1; life <= restarts; ++life) {
    cell.start(command, {});
    wait_for_output(cell);
    EXPECT_EQ(cell.output().out, std::to_string(life) + "\n");
    EXPECT_EQ(cell.kill().in_words(), "was killed (SIGKILL)");
    EXPECT_EQ(cell.memory_bytes(), std::nullopt);
    if (cell.isolation().own_user) {
      EXPECT_EQ(processes_of(cell.isolation().user), 0);
    }
  }
}

TEST_P(Faults, KillEndsConnectionsAndARestartServesAgain) {
  Cell cell(GetParam());
  const ReservedPort port(cell.isolation(), 7000);
  const Command command = subject(cell, {"serve", std::to_string(port.number())});
  for (int life = 0; life < 3; ++life) {
    cell.start(command, {});
    Served served(cell, port.number());
    EXPECT_EQ(served.answers(patience_ms), connections) << life;
    cell.kill();
    EXPECT_EQ(served.answers_due(patience_ms), 0) << life;
  }
}

TEST_P(Faults, ASubjectThatIsAskedCanEndByItself) {
  Cell cell(GetParam());
  cell.start(shell("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done"), {});
  wait_for_output(cell);
  cell.ask_to_end();
  EXPECT_EQ(run_to_end(cell).code, 7);
  EXPECT_EQ(cell.output().out, "up\nbye\n");
}

TEST_P(Faults, AskingRightAfterTheStartIsNotMissed) {
  Cell cell(GetParam());
  for (int round = 0; round < 10; ++round) {
    cell.start(shell("exec sleep 1000"), {});
    cell.ask_to_end();
    ASSERT_EQ(run_to_end(cell).in_words(), "was terminated (SIGTERM)");
  }
}

TEST_P(Faults, NothingHappensToWhatDoesNotRun) {
  Cell cell(GetParam());
  cell.pause();
  cell.resume();
  cell.ask_to_end();
  EXPECT_THROW(cell.kill(), CellError);
  cell.start(shell("exit 3"), {});
  EXPECT_EQ(run_to_end(cell).code, 3);
  cell.pause();
  EXPECT_EQ(cell.kill().code, 3) << "an end is told once";
}

}  // namespace
}  // namespace assay::proc
