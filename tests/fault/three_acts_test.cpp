// Goal: every verb has three acts: it works, it is broken as promised, and after `pass` it works
// again by itself. Method: each verb with each protocol (lines of TCP, HTTP, a real Redis,
// PostgreSQL's start-up and queries), through a gate. Times are only ever compared with what they
// can't be below.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include "fault/gate.hpp"
#include "net/sockets.hpp"
#include "proc/server.hpp"
#include "support/peer.hpp"
#include "support/talks.hpp"

namespace assay::fault {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds a_while(40);

class ThreeActs : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    try {
      talk_ = make_talk(GetParam());
    } catch (const proc::ServerUnavailable& missing) {
      GTEST_SKIP() << missing.what();
    }
    gate_ = std::make_unique<Gate>(GateOptions{.upstream = talk_->endpoint(), .seed = 7});
  }

  void apply(const std::string& fault) { gate_->apply(parse_fault(fault)); }

  Peer open() {
    Peer peer(gate_->endpoint());
    for (const Exchange& exchange : talk_->opening()) expect(peer, exchange);
    return peer;
  }

  static void expect(Peer& peer, const Exchange& exchange) {
    EXPECT_TRUE(peer.send(exchange.request));
    EXPECT_EQ(peer.read(exchange.answer.size()).bytes, exchange.answer);
  }

  void expect_works(Peer& peer) { expect(peer, talk_->exchange(++number_)); }

  void expect_works_anew() {
    Peer peer = open();
    expect_works(peer);
  }

  // What is under way when it is healed arrives, and what comes after that too.
  void expect_heals_what_is_under_way(Peer& peer, const std::string& fault) {
    apply(fault);
    const Exchange exchange = talk_->exchange(++number_);
    EXPECT_TRUE(peer.send(exchange.request));
    EXPECT_TRUE(peer.hears_nothing(a_while));
    apply("pass");
    EXPECT_EQ(peer.read(exchange.answer.size()).bytes, exchange.answer);
    expect_works(peer);
    expect_works_anew();
  }

  nanoseconds time_of_an_exchange(Peer& peer) {
    const auto begun = steady_clock::now();
    expect_works(peer);
    return steady_clock::now() - begun;
  }

  std::size_t bytes_of_next_exchange() const {
    const Exchange exchange = talk_->exchange(number_ + 1);
    return exchange.request.size() + exchange.answer.size();
  }

  std::unique_ptr<Talk> talk_;
  std::unique_ptr<Gate> gate_;
  int number_ = 100;  // so that all exchanges are of the same size
};

TEST_P(ThreeActs, Delay) {
  Peer peer = open();
  expect_works(peer);
  apply("delay 20ms jitter 5ms");
  for (int i = 0; i < 5; ++i) EXPECT_GE(time_of_an_exchange(peer), milliseconds(2 * (20 - 5)));
  expect_heals_what_is_under_way(peer, "delay 1h");
}

TEST_P(ThreeActs, DelayOfOneDirection) {
  Peer peer = open();
  apply("delay 30ms to the client");
  EXPECT_GE(time_of_an_exchange(peer), milliseconds(30));
  apply("pass to the server");
  EXPECT_EQ(gate_->in_force().size(), 1U);
  expect_heals_what_is_under_way(peer, "delay 1h to the client");
}

TEST_P(ThreeActs, Bandwidth) {
  Peer peer = open();
  expect_works(peer);
  apply("bandwidth 2KB/s");
  const microseconds at_least(bytes_of_next_exchange() * 500 - 1);
  EXPECT_GE(time_of_an_exchange(peer), at_least);
  expect_heals_what_is_under_way(peer, "bandwidth 1 byte/s");
}

TEST_P(ThreeActs, Slice) {
  Peer peer = open();
  expect_works(peer);
  apply("slice 2 bytes every 1ms");
  const auto pieces = static_cast<std::int64_t>(bytes_of_next_exchange() / 2);
  EXPECT_GE(time_of_an_exchange(peer), milliseconds(pieces - 2));
  expect_heals_what_is_under_way(peer, "slice 1 byte every 1h");
}

TEST_P(ThreeActs, Clog) {
  Peer peer = open();
  expect_works(peer);
  apply("clog");
  Peer meanwhile(gate_->endpoint());
  const auto passed = gate_->counters().to_server.passed_bytes;
  const Exchange exchange = talk_->exchange(++number_);
  EXPECT_TRUE(peer.send(exchange.request));
  EXPECT_TRUE(peer.hears_nothing(a_while));
  EXPECT_EQ(gate_->counters().to_server.passed_bytes, passed);
  EXPECT_EQ(gate_->counters().to_server.held_bytes, 0U);  // it is not even read
  apply("pass");
  EXPECT_EQ(peer.read(exchange.answer.size()).bytes, exchange.answer);
  for (const Exchange& opening : talk_->opening()) expect(meanwhile, opening);
  expect_works(meanwhile);
}

TEST_P(ThreeActs, ClogOfTheAnswers) {
  Peer peer = open();
  apply("clog to the client");
  const auto before = gate_->counters();
  const Exchange exchange = talk_->exchange(++number_);
  EXPECT_TRUE(peer.send(exchange.request));
  EXPECT_TRUE(eventually([&] {
    const auto passed = gate_->counters().to_server.passed_bytes;
    return passed == before.to_server.passed_bytes + exchange.request.size();
  }));
  EXPECT_TRUE(peer.hears_nothing(a_while));
  EXPECT_EQ(gate_->counters().to_client.passed_bytes, before.to_client.passed_bytes);
  apply("pass to the client");
  EXPECT_EQ(peer.read(exchange.answer.size()).bytes, exchange.answer);
}

TEST_P(ThreeActs, ClogIsBackPressure) {
  Peer peer = open();
  apply("clog to the server");
  const std::size_t far_more_than_buffers = std::size_t{64} << 20;
  EXPECT_LT(peer.send_until_full(far_more_than_buffers), far_more_than_buffers);
  apply("pass");
  expect_works_anew();
}

TEST_P(ThreeActs, BlackHole) {
  Peer peer = open();
  Peer idle = open();
  expect_works(peer);
  apply("black hole to the server");
  const Exchange exchange = talk_->exchange(++number_);
  EXPECT_TRUE(peer.send(exchange.request));
  EXPECT_TRUE(eventually(
      [&] { return gate_->counters().to_server.dropped_bytes == exchange.request.size(); }));
  EXPECT_TRUE(peer.hears_nothing(a_while));
  apply("pass");
  EXPECT_EQ(peer.read(1).end, StreamEnd::reset);
  expect_works(idle);
  expect_works_anew();
}

TEST_P(ThreeActs, Refuse) {
  Peer peer = open();
  apply("refuse");
  EXPECT_EQ(connect_error(gate_->endpoint()), ECONNREFUSED);
  expect_works(peer);
  apply("pass");
  expect_works(peer);
  expect_works_anew();
}

TEST_P(ThreeActs, Reset) {
  Peer peer = open();
  expect_works(peer);
  apply("reset after 5 bytes to the client");
  const Exchange exchange = talk_->exchange(++number_);
  EXPECT_TRUE(peer.send(exchange.request));
  const Received received = peer.read(exchange.answer.size());
  EXPECT_EQ(received.bytes, exchange.answer.substr(0, 5));
  EXPECT_EQ(received.end, StreamEnd::reset);
  EXPECT_EQ(gate_->counters().to_client.resets, 1U);
  apply("pass");
  expect_works_anew();
}

TEST_P(ThreeActs, ResetOfAllAtOnce) {
  Peer peer = open();
  expect_works(peer);
  apply("reset after 0 bytes");
  EXPECT_EQ(peer.read(1).end, StreamEnd::reset);
  EXPECT_EQ(Peer(net::begin_connecting(gate_->endpoint())).read(1).end, StreamEnd::reset);
  apply("pass");
  expect_works_anew();
}

TEST_P(ThreeActs, HalfCloseToTheServer) {
  Peer peer = open();
  expect_works(peer);
  apply("half-close to the server");
  // All these servers end a connection whose client has ended it.
  EXPECT_EQ(peer.read(1).end, StreamEnd::end);
  apply("pass");
  expect_works_anew();
}

TEST_P(ThreeActs, HalfCloseToTheClient) {
  Peer peer = open();
  expect_works(peer);
  apply("half-close to the client");
  EXPECT_EQ(peer.read(1).end, StreamEnd::end);
  const auto before = gate_->counters();
  const Exchange exchange = talk_->exchange(++number_);
  EXPECT_TRUE(peer.send(exchange.request));  // the server still gets it, and answers in vain
  EXPECT_TRUE(eventually([&] {
    const auto dropped = gate_->counters().to_client.dropped_bytes;
    return dropped == before.to_client.dropped_bytes + exchange.answer.size();
  }));
  apply("pass");
  expect_works_anew();
}

INSTANTIATE_TEST_SUITE_P(Protocols, ThreeActs,
                         testing::Values("tcp", "http", "redis", "postgresql"),
                         [](const auto& protocol) { return protocol.param; });

}  // namespace
}  // namespace assay::fault
