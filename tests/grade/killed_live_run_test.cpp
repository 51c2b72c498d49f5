// Goal: a live run that is interrupted or killed at any moment leaves no process, no folder, no
// mount and no socket. Method: a child of the test is the grader: it runs a private Redis, an HTTP
// subject and connections into its network, does faults to them, and begins anew. It gets SIGINT or
// SIGKILL at a random moment; what it leaves behind is adopted by the test.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "grade/http_subject.hpp"
#include "grade/session.hpp"
#include "proc/redis.hpp"

namespace assay::grade {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};
constexpr int longest_run_ms = 700;  // more than a round of the grader takes on an idle machine
constexpr int connections = 10;
constexpr int exit_of_interrupted = 130;

const std::string program = R"(
import http.server, os, subprocess, sys
subprocess.Popen(['sleep', '1000'], start_new_session=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
address = ('127.0.0.1', int(os.environ['ASSAY_PORT']))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
)";

void run_once(proc::Tier tier) {
  proc::PrivateServer redis(redis_server(proc::RedisKeeps::every_write),
                            proc::Transport::unix_socket, tier);
  heed_interruptions();
  SubjectSpec spec;
  spec.argv = {"python3", "-c", program};
  HttpSubject subject(spec, tier);
  const auto gate = net::listen_on(net::Endpoint::loopback(0), 4, subject.sockets());
  subject.start();
  std::vector<net::Descriptor> open;
  for (int number = 0; number < connections; ++number) {
    open.push_back(net::begin_connecting(subject.endpoint(), subject.sockets()));
  }
  redis.pause();
  subject.pause();
  heed_interruptions();
  subject.resume();
  redis.restart();
  subject.restart();
  heed_interruptions();
  subject.end();
}

[[noreturn]] void grade(proc::Tier tier) {
  note_interruptions();
  try {
    while (true) run_once(tier);
  } catch (const Interrupted&) {
    ::_exit(exit_of_interrupted);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the grader: %s\n", error.what());
    ::_exit(1);
  }
}

// -1 if it goes on.
int status_of(pid_t grader) {
  const auto deadline = steady_clock::now() + patience;
  int status = 0;
  while (::waitpid(grader, &status, WNOHANG) == 0) {
    if (steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return status;
}

bool no_child_remains() {
  const auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline) {
    const pid_t reaped = ::waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0 && errno == ECHILD) return true;
    if (reaped == 0) std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

bool mentions(const char* file, const std::string& text) {
  std::ifstream lines(file);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

class KilledLiveRun : public testing::TestWithParam<proc::Tier> {
 protected:
  void SetUp() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (const auto& probe : proc::probe_tiers()) {
      if (probe.tier == GetParam() && !probe.available) GTEST_SKIP() << probe.reason;
    }
    for (const char* tool : {"/usr/bin/python3", "/usr/bin/redis-server"}) {
      if (!std::filesystem::exists(tool)) GTEST_SKIP() << tool << " is not installed";
    }
    ASSERT_NE(::mkdtemp(temporary_.data()), nullptr);
    ASSERT_EQ(::chmod(temporary_.c_str(), 0755), 0);
  }
  void TearDown() override { std::filesystem::remove_all(temporary_); }

  void expect_nothing_left() const {
    EXPECT_TRUE(no_child_remains());
    EXPECT_TRUE(std::filesystem::is_empty(temporary_));
    EXPECT_FALSE(mentions("/proc/self/mountinfo", temporary_));
    EXPECT_FALSE(mentions("/proc/net/unix", temporary_));
  }

  std::string temporary_ = "/tmp/assay-test-XXXXXX";
};

INSTANTIATE_TEST_SUITE_P(Tiers, KilledLiveRun,
                         testing::Values(proc::Tier::namespaces, proc::Tier::landlock,
                                         proc::Tier::processes),
                         [](const auto& tier) { return std::string(proc::name_of(tier.param)); });

TEST_P(KilledLiveRun, LeavesNothing) {
  const int moments = GetParam() == proc::Tier::namespaces ? 50 : 15;
  std::mt19937 random(20'26);
  for (int moment = 0; moment < moments; ++moment) {
    const int signal = moment % 2 == 0 ? SIGKILL : SIGINT;
    const auto run = milliseconds(random() % longest_run_ms);
    SCOPED_TRACE(testing::Message() << "signal " << signal << " after " << run.count() << " ms");
    const pid_t grader = ::fork();
    if (grader == 0) {
      ::setenv("TMPDIR", temporary_.c_str(), 1);
      grade(GetParam());
    }
    std::this_thread::sleep_for(run);
    ::kill(grader, signal);
    const int status = status_of(grader);
    const bool unwound = WIFEXITED(status) && WEXITSTATUS(status) == exit_of_interrupted;
    EXPECT_TRUE(unwound || (WIFSIGNALED(status) && WTERMSIG(status) == signal)) << status;
    expect_nothing_left();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace assay::grade
