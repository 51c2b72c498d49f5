// Goal: a private server is ready when it is there, meets faults as a server does in production,
// and is gone afterwards, however its owner ends. Method: real Redis servers, asked over sockets.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "fixture.hpp"
#include "proc/redis.hpp"

namespace assay::proc {
namespace {

constexpr int servers_at_once = 20;
constexpr std::chrono::milliseconds silence{200};  // nobody waits longer for what must not come

bool redis_is_here() {
  const auto has_it = [](const char* folder) {
    return std::filesystem::exists(std::filesystem::path(folder) / "redis-server");
  };
  return has_it("/usr/local/bin") || has_it("/usr/bin") || has_it("/bin");
}

// The line that answers a command; "" if none comes in time.
std::string said(const PrivateServer& server, const std::string& command,
                 std::chrono::milliseconds limit = kPatience) {
  const Patience patience{std::chrono::steady_clock::now() + limit, [] { return true; }};
  const auto ends = [](std::string_view answer) { return answer.ends_with('\n'); };
  return ask(server.endpoint(), server.sockets(), command + "\r\n", ends, patience).bytes;
}

class Servers : public CellTest {
 protected:
  void SetUp() override {
    CellTest::SetUp();
    if (!redis_is_here()) GTEST_SKIP() << "redis-server is not installed";
  }
};

ASSAY_IN_EVERY_TIER(Servers);

TEST_P(Servers, AreReadyOnAUnixSocketAndOnAPort) {
  for (const auto transport : {Transport::unix_socket, Transport::tcp}) {
    const PrivateServer redis(redis_server(), transport, GetParam());
    EXPECT_EQ(said(redis, "PING"), "+PONG\r\n") << redis.endpoint().text();
  }
}

TEST_P(Servers, TakeNoConfigurationOfTheMachines) {
  const PrivateServer redis(redis_server(), Transport::unix_socket, GetParam());
  EXPECT_EQ(said(redis, "CONFIG GET save"), "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
  EXPECT_NE(said(redis, "INFO server").find("config_file:\r\n"), std::string::npos);
}

TEST_P(Servers, KeepTheirDataOverAPause) {
  PrivateServer redis(redis_server(), Transport::unix_socket, GetParam());
  ASSERT_EQ(said(redis, "SET key value"), "+OK\r\n");
  redis.pause();
  EXPECT_EQ(said(redis, "GET key", silence), "");
  redis.resume();
  EXPECT_EQ(said(redis, "GET key"), "$5\r\nvalue\r\n");
}

TEST_P(Servers, LoseTheirDataInACrashUnlessTheyKeepEveryWrite) {
  for (const auto keeps : {RedisKeeps::nothing, RedisKeeps::every_write}) {
    PrivateServer redis(redis_server(keeps), Transport::tcp, GetParam());
    for (int life = 0; life < 3; ++life) {
      const std::string before = std::to_string(keeps == RedisKeeps::nothing ? 0 : life);
      ASSERT_EQ(said(redis, "INCR lives"), ":" + std::to_string(std::stoi(before) + 1) + "\r\n");
      redis.kill();
      EXPECT_FALSE(redis.runs());
      EXPECT_EQ(said(redis, "PING").substr(0, 10), "connect to");
      redis.restart();
    }
  }
}

TEST_P(Servers, CanBeMany) {
  std::vector<std::unique_ptr<PrivateServer>> all;
  for (int number = 0; number < servers_at_once; ++number) {
    const auto transport = number % 2 == 0 ? Transport::tcp : Transport::unix_socket;
    all.push_back(std::make_unique<PrivateServer>(redis_server(), transport, GetParam()));
    ASSERT_EQ(said(*all.back(), "SET number " + std::to_string(number)), "+OK\r\n");
  }
  for (int number = 0; number < servers_at_once; ++number) {
    const std::string digits = std::to_string(number);
    EXPECT_EQ(said(*all[static_cast<std::size_t>(number)], "GET number"),
              "$" + std::to_string(digits.size()) + "\r\n" + digits + "\r\n");
  }
}

TEST_P(Servers, AreGoneWhenTheirOwnerIsKilled) {
  std::string temporary = "/tmp/assay-test-XXXXXX";
  ASSERT_NE(::mkdtemp(temporary.data()), nullptr);
  ASSERT_EQ(::chmod(temporary.c_str(), 0755), 0);
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    ::setenv("TMPDIR", temporary.c_str(), 1);
    PrivateServer one(redis_server(RedisKeeps::every_write), Transport::tcp, GetParam());
    PrivateServer other(redis_server(), Transport::unix_socket, GetParam());
    other.pause();
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_FALSE(std::filesystem::is_empty(temporary));
  ::kill(owner, SIGKILL);
  EXPECT_TRUE(no_process_is_left());
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
  std::filesystem::remove_all(temporary);
  ::close(ready[0]);
  ::close(ready[1]);
}

class OtherServers : public CellTest {
 protected:
  static ServerKind shell_server(const std::string& script) {
    ServerKind kind = redis_server();
    kind.program = "sh";
    kind.command = [script](const auto&, const auto&) { return shell(script); };
    return kind;
  }
  static std::string complaint_about(const ServerKind& kind) {
    try {
      const PrivateServer server(kind, Transport::unix_socket, GetParam());
      return "ready";
    } catch (const CellError& error) {
      return error.what();
    }
  }
};

ASSAY_IN_EVERY_TIER(OtherServers);

TEST_P(OtherServers, ThatAreMissingAreUnavailable) {
  ServerKind kind = redis_server();
  kind.program = "no-such-server";
  kind.command = [](const auto&, const auto&) {
    Command command;
    command.argv = {"no-such-server"};
    return command;
  };
  try {
    const PrivateServer server(kind, Transport::tcp, GetParam());
    FAIL() << "it is there";
  } catch (const ServerUnavailable& error) {
    EXPECT_STREQ(error.what(), "no-such-server is not installed: apt-get install redis-server");
  }
}

TEST_P(OtherServers, ThatEndAtOnceSayWhy) {
  EXPECT_EQ(complaint_about(shell_server("echo bad option >&2; exit 3")),
            "start sh: exited with code 3\nbad option\n");
}

TEST_P(OtherServers, ArePreparedOnce) {
  ServerKind kind = shell_server("cat made; exit 1");
  kind.preparation = shell("echo made before >> made");
  EXPECT_EQ(complaint_about(kind), "start sh: exited with code 1\nmade before\n");
  kind.preparation = shell("echo no room; exit 4");
  EXPECT_EQ(complaint_about(kind), "start sh: exited with code 4\nno room\n");
}

TEST_P(OtherServers, ThatPrintWithoutAReaderAreNotHeldUp) {
  AttendedCell cell(GetParam());
  cell.use([](Cell& inside) {
    inside.start(shell("head -c 10000000 /dev/zero; touch done; sleep 1000"), {});
  });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto done = cell.folder() / "done";
  while (!std::filesystem::exists(done) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(std::filesystem::exists(done));
  EXPECT_EQ(cell.output().out_bytes, 10'000'000U);
}

}  // namespace
}  // namespace assay::proc
