// Goal: a gate passes every byte and every end, whoever vanishes when, holds little, and leaves
// nothing behind. Method: servers and clients of the test's own around it, in one process.
#include "fault/gate.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "fault/flow.hpp"
#include "net/sockets.hpp"
#include "support/peer.hpp"
#include "support/server.hpp"
#include "support/talks.hpp"

namespace assay::fault {
namespace {

class Gates : public testing::Test {
 protected:
  explicit Gates(Answer answer = echo)
      : server_(std::make_unique<Server>(std::move(answer))),
        gate_(std::make_unique<Gate>(GateOptions{.upstream = server_->endpoint()})) {}

  void apply(const std::string& fault) { gate_->apply(parse_fault(fault)); }

  void expect_works() {
    Peer peer(gate_->endpoint());
    peer.send("hello");
    EXPECT_EQ(peer.read(5).bytes, "hello");
  }

  void expect_all_closed() {
    EXPECT_TRUE(eventually([&] { return gate_->counters().open == 0; }));
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<Gate> gate_;
};

std::string any_bytes(std::size_t count, std::uint64_t seed) {
  base::Random random(seed);
  std::string bytes;
  while (bytes.size() < count) {
    const std::uint64_t number = random.next();
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  bytes.resize(count);
  return bytes;
}

// Both ways at once, as an echo; then the ends.
void expect_exact(const Gate& gate, const std::string& bytes, const std::string& what) {
  Peer peer(gate.endpoint());
  std::thread sender([&] {
    EXPECT_TRUE(peer.send(bytes));
    peer.end();
  });
  const Received received = peer.read_to_end();
  sender.join();
  EXPECT_EQ(received.end, StreamEnd::end) << what;
  EXPECT_EQ(received.bytes.size(), bytes.size()) << what;
  EXPECT_EQ(std::hash<std::string>()(received.bytes), std::hash<std::string>()(bytes)) << what;
}

TEST_F(Gates, PassBigTransfersByteByByteUnderEveryCombination) {
  const std::string bytes = any_bytes(std::size_t{2} << 20, 1);
  const std::vector<std::string> faults{"delay 300us jitter 300us", "bandwidth 100MB/s",
                                        "slice 7777 bytes every 1us"};
  for (unsigned chosen = 0; chosen < 8; ++chosen) {
    apply("pass");
    std::string what;
    for (unsigned i = 0; i < faults.size(); ++i) {
      if ((chosen >> i & 1U) == 0) continue;
      apply(faults[i]);
      what += faults[i] + ' ';
    }
    expect_exact(*gate_, bytes, what);
  }
  expect_all_closed();
}

TEST_F(Gates, LoseNothingWhileFaultsComeAndGo) {
  const std::string bytes = any_bytes(std::size_t{8} << 20, 2);
  std::atomic<bool> done = false;
  std::thread breaker([&] {
    base::Random random(3);
    const std::vector<std::string> faults{"delay 1ms jitter 1ms",
                                          "bandwidth 50MB/s",
                                          "clog",
                                          "slice 9999 bytes every 1us to the server",
                                          "pass",
                                          "clog to the client",
                                          "pass to the server",
                                          "pass"};
    while (!done) {
      apply(random.one_of(faults));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    apply("pass");
  });
  for (int i = 0; i < 3; ++i) expect_exact(*gate_, bytes, "as faults come and go");
  done = true;
  breaker.join();
}

TEST_F(Gates, CarryHalfClosesOver) {
  Peer peer(gate_->endpoint());
  peer.send("last words");
  peer.end();
  const Received received = peer.read_to_end();
  EXPECT_EQ(received.bytes, "last words");
  EXPECT_EQ(received.end, StreamEnd::end);
  expect_all_closed();
  EXPECT_EQ(gate_->counters().resets_carried, 0U);
}

TEST_F(Gates, CarryResetsOver) {
  Peer first(gate_->endpoint());
  first.send("x");
  first.read(1);
  first.reset();
  EXPECT_TRUE(eventually([&] { return server_->resets() == 1; }));
  Peer second(gate_->endpoint());
  second.send("x");
  second.read(1);
  server_->hang_up_all();
  EXPECT_EQ(second.read(1).end, StreamEnd::reset);
  expect_all_closed();
  EXPECT_EQ(gate_->counters().resets_carried, 2U);
}

TEST_F(Gates, TellAClientThatNobodyListens) {
  server_.reset();
  EXPECT_EQ(Peer(net::begin_connecting(gate_->endpoint())).read(1).end, StreamEnd::reset);
  EXPECT_EQ(gate_->counters().unreachable, 1U);
  expect_all_closed();
}

TEST_F(Gates, HoldLittleForAReaderThatIsSlow) {
  Peer peer(gate_->endpoint());
  const std::string bytes = any_bytes(std::size_t{32} << 20, 4);
  std::thread sender([&] {
    peer.send(bytes);
    peer.end();
  });
  EXPECT_TRUE(eventually([&] { return gate_->counters().to_client.held_bytes > 0; }));
  const Received received = peer.read_to_end();
  sender.join();
  EXPECT_TRUE(received.bytes == bytes);
  const Counters counters = gate_->counters();
  EXPECT_LE(counters.to_client.most_held_bytes, kBufferBytes);
  EXPECT_LE(counters.to_server.most_held_bytes, kBufferBytes);
  EXPECT_EQ(counters.to_client.passed_bytes, bytes.size());
}

void allow_descriptors(rlim_t count) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur >= count) return;
  if (limit.rlim_max < count) {
    GTEST_SKIP() << "this machine allows only " << limit.rlim_max << " descriptors";
  }
  limit.rlim_cur = count;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST_F(Gates, ServeAThousandAtOnceAndLeaveNothing) {
  constexpr rlim_t many = 1000;
  allow_descriptors(5 * many);
  if (IsSkipped()) return;
  const int before = open_descriptors();
  {
    std::vector<Peer> peers;
    for (rlim_t i = 0; i < many; ++i) peers.emplace_back(gate_->endpoint());
    for (rlim_t i = 0; i < many; ++i) {
      EXPECT_TRUE(peers[i].send(std::to_string(10'000 + i)));
    }
    for (rlim_t i = 0; i < many; ++i) {
      EXPECT_EQ(peers[i].read(5).bytes, std::to_string(10'000 + i));
    }
    EXPECT_EQ(gate_->counters().open, many);
  }
  expect_all_closed();
  EXPECT_TRUE(eventually([&] { return open_descriptors() == before; }));
  EXPECT_EQ(gate_->counters().accepted, many);
}

TEST_F(Gates, OutliveClientsThatVanishAtEveryStage) {
  const std::string much(std::size_t{1} << 20, 'x');
  const std::vector<std::string> faults{"pass",
                                        "delay 1ms",
                                        "clog",
                                        "clog to the client",
                                        "black hole",
                                        "half-close to the server",
                                        "half-close",
                                        "reset after 100 bytes",
                                        "slice 10 bytes every 1us",
                                        "bandwidth 1KB/s"};
  expect_works();
  const int before = open_descriptors();
  for (const std::string& fault : faults) {
    apply(fault);
    for (const bool resets : {false, true}) {
      std::vector<Peer> peers(4);
      for (Peer& peer : peers) peer = Peer(gate_->endpoint());
      peers[1].send("hello");
      peers[2].send_until_full(much.size());
      peers[3].send("hello");
      peers[3].end();
      for (Peer& peer : peers) resets ? peer.reset() : peer.close();
    }
    apply("pass");
    expect_all_closed();
    expect_works();
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
}

TEST_F(Gates, OutliveServersThatVanishAtEveryStage) {
  int connected = 0;
  for (const std::string fault : {"pass", "delay 1ms", "clog to the client", "clog to the server",
                                  "black hole to the client", "slice 10 bytes every 1us"}) {
    apply(fault);
    std::vector<Peer> peers(3);
    for (Peer& peer : peers) peer = Peer(gate_->endpoint());
    peers[1].send("hello");
    peers[2].send_until_full(std::size_t{1} << 20);
    connected += static_cast<int>(peers.size());
    EXPECT_TRUE(eventually([&] { return server_->accepted() == connected; })) << fault;
    server_->hang_up_all();
    apply("pass");
    for (Peer& peer : peers) EXPECT_EQ(peer.read_to_end().end, StreamEnd::reset) << fault;
    expect_all_closed();
    expect_works();
    ++connected;
  }
}

TEST_F(Gates, EndWhileConnectionsAreOpen) {
  const int before = open_descriptors();
  for (const std::string fault : {"pass", "clog", "delay 1h", "refuse", "black hole"}) {
    Gate gate(GateOptions{.upstream = server_->endpoint()});
    std::vector<Peer> peers;
    for (int i = 0; i < 20; ++i) peers.emplace_back(gate.endpoint());
    gate.apply(parse_fault(fault));
    for (Peer& peer : peers) peer.send("hello");
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
}

TEST_F(Gates, KeepTheirPortWhileTheyRefuse) {
  const net::Endpoint place = gate_->endpoint();
  for (int i = 0; i < 20; ++i) {
    apply("refuse");
    EXPECT_EQ(connect_error(place), ECONNREFUSED);
    const net::Descriptor other = net::make_socket(place.family());
    EXPECT_NE(::bind(other.get(), place.address(), place.size()), 0);
    apply("pass");
    expect_works();
  }
}

TEST_F(Gates, ListenOnUnixSocketsToo) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "gate.sock";
  {
    Gate gate(
        GateOptions{.listen = net::Endpoint::unix_socket(path), .upstream = server_->endpoint()});
    expect_exact(gate, any_bytes(std::size_t{1} << 20, 5), "on a unix socket");
    gate.apply(parse_fault("refuse"));
    EXPECT_EQ(connect_error(gate.endpoint()), ECONNREFUSED);
    gate.apply(parse_fault("pass"));
    expect_exact(gate, "again", "on a unix socket");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Gates, CountTheRoundTripsOfAllConnections) {
  constexpr std::uint64_t rounds = 7;
  Peer one(gate_->endpoint());
  Peer other(gate_->endpoint());
  for (std::uint64_t i = 0; i < rounds; ++i) {
    for (Peer* const peer : {&one, &other}) {
      peer->send("hello");
      EXPECT_EQ(peer->read(5).bytes, "hello");
    }
  }
  EXPECT_EQ(gate_->counters().to_server.turns, 2 * rounds);
}

TEST_F(Gates, SayWhichFaultsAreInForce) {
  apply("delay 20ms");
  apply("clog to the server");
  apply("bandwidth 1KB/s to the client");
  apply("refuse");
  std::string all;
  for (const Fault& fault : gate_->in_force()) all += to_text(fault) + "; ";
  EXPECT_EQ(all, "refuse; delay 20ms; bandwidth 1KB/s to the client; clog to the server; ");
  apply("delay 5ms to the server");
  EXPECT_EQ(to_text(gate_->in_force()[1]), "delay 5ms to the server");
  EXPECT_EQ(to_text(gate_->in_force()[2]), "delay 20ms to the client");
  apply("pass");
  EXPECT_TRUE(gate_->in_force().empty());
}

TEST_F(Gates, TakeNoFaultThatCannotBe) {
  EXPECT_THROW(gate_->apply({.verb = Verb::bandwidth}), std::invalid_argument);
  expect_works();
}

TEST_F(Gates, MakeSocketsInTheNetworksThatAreAskedFor) {
  std::atomic<int> listeners = 0;
  std::atomic<int> upstreams = 0;
  Gate gate(GateOptions{.upstream = server_->endpoint(),
                        .make_listener =
                            [&](int family) {
                              ++listeners;
                              return net::make_socket(family);
                            },
                        .make_upstream =
                            [&](int family) {
                              ++upstreams;
                              return net::make_socket(family);
                            }});
  expect_exact(gate, "hello", "through sockets of the test's own");
  EXPECT_GE(listeners, 1);
  EXPECT_EQ(upstreams, 1);
}

}  // namespace
}  // namespace assay::fault
