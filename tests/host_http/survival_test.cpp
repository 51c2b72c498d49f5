// Goal: clients that are many, slow, greedy or mad don't keep the host from serving others. Method:
// the host of a service that does nothing, as a process of its own; beside each kind of attack a
// well-behaved client asks all along, and every one of its requests has to be answered. How long it
// waited, alone and beside the attack, is printed and not judged: the machine may be busy.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "raw_client.hpp"

namespace assay::net {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t idle_connections = 10'000;
constexpr std::size_t descriptors_kept = 200;  // for everything else in this process
constexpr auto start_limit = std::chrono::seconds(30);
constexpr int start_attempts = 5;

// A port that was free a moment ago.
Endpoint free_place() { return endpoint_of(listen_on(Endpoint::loopback(0), 1).get()); }

// The host with the service that does nothing, in a process of its own.
class Host {
 public:
  Host() {
    for (int i = 0; i < start_attempts && !started_; ++i) start();
  }
  ~Host() {
    if (process_ > 0) end(SIGKILL);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  bool started() const { return started_; }
  bool runs() const { return process_ > 0; }
  const Endpoint& place() const { return place_; }
  RawClient connect() const { return RawClient(place_); }

  void tell(int signal) const { ::kill(process_, signal); }
  // Its exit code, or the negative number of the signal that ended it.
  int end(int signal) {
    int status = 0;
    tell(signal);
    ::waitpid(std::exchange(process_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  std::string memory() const {
    std::ifstream file("/proc/" + std::to_string(process_) + "/status");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("VmRSS:"))
        return line.substr(6 + line.substr(6).find_first_not_of(" \t"));
    }
    return "unknown";
  }

 private:
  void start() {
    place_ = free_place();
    const std::string port = "ASSAY_PORT=" + std::to_string(place_.port());
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const char* const environment[] = {port.c_str(), nullptr};
      const char* const arguments[] = {ASSAY_HTTP_NOOP, nullptr};
      ::execve(ASSAY_HTTP_NOOP, const_cast<char* const*>(arguments),
               const_cast<char* const*>(environment));
      ::_exit(127);
    }
    const auto until = Clock::now() + start_limit;
    while (!started_ && Clock::now() < until && ::waitpid(process_, nullptr, WNOHANG) == 0) {
      started_ = RawClient(place_).connected();
      if (!started_) std::this_thread::sleep_for(milliseconds(5));
    }
    if (!started_) end(SIGKILL);
  }

  Endpoint place_ = Endpoint::loopback(0);
  pid_t process_ = 0;
  bool started_ = false;
};

// Asks all the time, on one connection, in a thread of its own.
class WellBehaved {
 public:
  explicit WellBehaved(const Host& host) : client_(host.connect()) {
    thread_ = std::thread([this] {
      while (!enough_) ask();
    });
  }
  ~WellBehaved() { stop(); }

  // Until so many more requests than up to now were sent.
  void serve(std::size_t more) {
    const std::size_t goal = asked_ + more;
    while (asked_ < goal) std::this_thread::sleep_for(milliseconds(1));
  }

  void expect_served(const char* beside) {
    stop();
    EXPECT_GT(asked_, 0U);
    EXPECT_EQ(answered_, asked_) << "requests beside " << beside;
    std::sort(waited_us_.begin(), waited_us_.end());
    std::printf(
        "a well-behaved client beside %s: %zu requests, waited %.2f ms at most, %.2f in the "
        "middle\n",
        beside, asked_.load(), waited_us_.back() / 1e3, waited_us_[waited_us_.size() / 2] / 1e3);
  }

 private:
  void ask() {
    const auto began = Clock::now();
    const std::string response = client_.get("/");
    waited_us_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
    if (response == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") ++answered_;
    ++asked_;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  void stop() {
    enough_ = true;
    if (thread_.joinable()) thread_.join();
  }

  RawClient client_;
  std::atomic<bool> enough_ = false;
  std::atomic<std::size_t> asked_ = 0;
  std::size_t answered_ = 0;
  std::vector<double> waited_us_;
  std::thread thread_;
};

class HttpHost : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(host_.started()); }

  // After all that, it ends as it should.
  void TearDown() override {
    if (host_.runs()) {
      EXPECT_EQ(host_.end(SIGTERM), 0);
    }
  }

  std::string status_after(const std::string& bytes) {
    RawClient client = host_.connect();
    client.send(bytes);
    return client.rest().substr(0, 12);
  }

  Host host_;
};

std::string get_of(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

std::size_t descriptors_allowed() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST_F(HttpHost, ServesBesideNobody) {
  WellBehaved client(host_);
  client.serve(500);
  client.expect_served("nobody");
}

TEST_F(HttpHost, ServesBesideTenThousandIdleConnections) {
  const std::size_t count = std::min(idle_connections, descriptors_allowed() - descriptors_kept);
  WellBehaved client(host_);
  const std::string before = host_.memory();
  std::vector<RawClient> idle;
  for (std::size_t i = 0; i < count; ++i) {
    idle.push_back(host_.connect());
    ASSERT_TRUE(idle.back().connected());
  }
  client.serve(500);
  std::printf("%zu idle connections, of %zu: the host's memory went from %s to %s\n", count,
              idle_connections, before.c_str(), host_.memory().c_str());
  std::size_t answered = 0;  // none was closed to make room
  for (auto& one : idle) answered += one.get("/").starts_with("HTTP/1.1 200") ? 1U : 0U;
  EXPECT_EQ(answered, count);
  client.expect_served("idle connections");
}

TEST_F(HttpHost, ServesBesideRequestsThatArriveByteByByte) {
  WellBehaved client(host_);
  std::vector<RawClient> slow;
  for (int i = 0; i < 500; ++i) slow.push_back(host_.connect());
  const std::string bytes = "GET / HTTP/1.1\r\nX: " + std::string(40, 'a');
  for (const char byte : bytes) {
    for (auto& one : slow) one.send({&byte, 1});  // a byte each, and never all of them
    client.serve(1);
  }
  for (auto& one : slow) EXPECT_EQ(one.rest().substr(0, 12), "HTTP/1.1 408");
  client.expect_served("requests that arrive byte by byte");
}

TEST_F(HttpHost, ServesBesideLargeBodies) {
  WellBehaved client(host_);
  const std::string body(10U << 20, 'x');
  const auto post = [&](std::size_t size) {
    return "POST /size HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: " +
           std::to_string(size) + "\r\n\r\n" + body.substr(0, size);
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(status_after(post(body.size())), "HTTP/1.1 413");
    EXPECT_EQ(status_after(post(1U << 20)), "HTTP/1.1 200");
  }
  client.expect_served("bodies of 10 MB");
}

TEST_F(HttpHost, ServesBesideGarbage) {
  WellBehaved client(host_);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(1 + random() % 5'000, ' ');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    RawClient mad = host_.connect();
    mad.send(i % 2 == 0 ? bytes : "GET / HTTP/1.1\r\n" + bytes + "\r\n\r\n");
    if (i % 3 != 0) {  // others are gone before an answer
      mad.send_no_more();
      const std::string status = mad.rest().substr(0, 10);
      EXPECT_TRUE(status.empty() || status == "HTTP/1.1 4" || status == "HTTP/1.1 5") << status;
    }
  }
  client.expect_served("garbage");
}

TEST_F(HttpHost, AnswersPipelinedRequestsInOrder) {
  WellBehaved well_behaved(host_);
  RawClient client = host_.connect();
  for (int round = 0; round < 10; ++round) {
    const auto number = [round](int i) { return std::to_string(10'000 + 1'000 * round + i); };
    std::string requests;
    for (int i = 0; i < 1'000; ++i) {
      requests += "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n" + number(i);
    }
    std::thread sender([&] { client.send(requests); });
    for (int i = 0; i < 1'000; ++i) {
      EXPECT_TRUE(client.response().ends_with("\r\n\r\n" + number(i)));
    }
    sender.join();
  }
  well_behaved.serve(1);
  well_behaved.expect_served("pipelined requests");
}

TEST_F(HttpHost, AnswersClientsThatSendNoMore) {
  WellBehaved client(host_);
  for (int i = 0; i < 20; ++i) {
    RawClient half = host_.connect();
    half.send(get_of("/") + get_of("/"));
    half.send_no_more();
    const std::string answers = half.rest();
    EXPECT_EQ(answers,
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    RawClient gone = host_.connect();
    gone.send(get_of("/slow"));
    gone.close();  // nobody is there to take the response
  }
  client.expect_served("half-closed connections");
}

TEST_F(HttpHost, SurvivesWhatItsServiceDoes) {
  RawClient client = host_.connect();
  for (const auto& [target, status, words] : std::vector<std::array<const char*, 3>>{
           {"/throw", "500", "the service threw: out of tokens\n"},
           {"/throw-a-number", "500", "the service threw: something that is no std::exception\n"},
           {"/unwritten", "501", "not implemented: handle at "},
           {"/split", "500", "the value of the header X-A has control characters\n"},
           {"/length", "500", "the header content-length is written by the host\n"},
           {"/status", "500", "the status 99 is not from 200 to 599\n"},
           {"/healthz", "200", "ok\n"}}) {
    const std::string response = client.get(target);
    EXPECT_EQ(response.substr(9, 3), status) << target;
    EXPECT_NE(response.find(words), std::string::npos) << response;
  }
}

TEST_F(HttpHost, AnswersWhatHasBegunBeforeItEnds) {
  RawClient client = host_.connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");  // so it has begun
  host_.tell(SIGTERM);
  client.send("body");
  EXPECT_TRUE(client.rest().ends_with("\r\n\r\nbody"));
  EXPECT_EQ(host_.end(SIGTERM), 0);
}

// What its exit code and its first words are, in an environment of nothing but that.
std::string end_with(const std::string& variables) {
  const std::string command = "env -i " + variables + " " ASSAY_HTTP_NOOP " 2>&1; echo $?";
  std::string text;
  FILE* const output = ::popen(command.c_str(), "r");
  for (int letter = 0; (letter = std::fgetc(output)) != EOF;) text += static_cast<char>(letter);
  ::pclose(output);
  return text;
}

TEST(HttpHostSettings, AreComplainedAboutInALine) {
  for (const auto* const variables :
       {"", "ASSAY_PORT=", "ASSAY_PORT=0", "ASSAY_PORT=65536", "ASSAY_PORT=80x", "ASSAY_PORT=-1"}) {
    EXPECT_EQ(end_with(variables), "set ASSAY_PORT to the port to serve on, 1 to 65535\n2\n");
  }
  EXPECT_EQ(end_with("ASSAY_PORT=1 ASSAY_THREADS=0"),
            "set ASSAY_THREADS to a number from 1 to 256, or not at all\n2\n");
  const auto taken = listen_on(Endpoint::loopback(0), 1);
  const std::string port = std::to_string(endpoint_of(taken.get()).port());
  EXPECT_EQ(end_with("ASSAY_PORT=" + port),
            "listen on 127.0.0.1:" + port + ": Address already in use\n1\n");
}

}  // namespace
}  // namespace assay::net
