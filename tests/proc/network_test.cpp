// Goal: the grader reaches a subject's ports, and the subject the grader's, also where the subject
// has a network of its own; and such sockets end with the cell. Method: real connections in both
// directions, with sockets that the cell makes.
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "fixture.hpp"
#include "net/sockets.hpp"
#include "proc/reserved_port.hpp"

namespace assay::proc {
namespace {

constexpr std::uint16_t usual_port = 7000;

class Network : public CellTest {
 protected:
  static net::MakeSocket sockets_of(const Cell& cell) {
    return [&cell](int family) { return cell.make_socket(family); };
  }

  static bool becomes(short event, const net::Descriptor& socket) {
    pollfd waiting{socket.get(), event, 0};
    return ::poll(&waiting, 1, static_cast<int>(kPatience / std::chrono::milliseconds(1))) == 1;
  }

  // Tries until somebody listens.
  static net::Descriptor connect_to(const net::Endpoint& place, const net::MakeSocket& make) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      auto socket = net::begin_connecting(place, make);
      if (becomes(POLLOUT, socket) && net::pending_error(socket.get()) == 0) return socket;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
  }

  static std::string next_bytes(const net::Descriptor& socket) {
    std::array<char, 64> bytes{};
    if (!becomes(POLLIN, socket)) return "silence";
    const ssize_t size = ::read(socket.get(), bytes.data(), bytes.size());
    return size <= 0 ? "its end" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }
};

ASSAY_IN_EVERY_TIER(Network);

TEST_P(Network, LetsTheGraderConnectToTheSubject) {
  Cell cell(GetParam());
  const ReservedPort port(cell.isolation(), usual_port);
  const auto place = net::Endpoint::loopback(port.number());
  cell.start(subject(cell, {"serve", std::to_string(port.number())}), {});
  const auto connection = connect_to(place, sockets_of(cell));
  ASSERT_TRUE(connection) << cell.stop().in_words();
  ASSERT_EQ(::write(connection.get(), "ping", 4), 4);
  EXPECT_EQ(next_bytes(connection), "ping");
  if (GetParam() != Tier::namespaces) return;
  const auto outside = net::begin_connecting(place);
  ASSERT_TRUE(becomes(POLLOUT, outside));
  EXPECT_NE(net::pending_error(outside.get()), 0) << "the machine's network reaches it as well";
}

TEST_P(Network, LetsTheGraderListenWhereTheSubjectConnects) {
  Cell cell(GetParam());
  const auto listener = net::listen_on(net::Endpoint::loopback(0), 4, sockets_of(cell));
  const auto port = net::endpoint_of(listener.get()).port();
  for (const char* const life : {"first", "second"}) {
    cell.start(subject(cell, {"call", std::to_string(port)}), {});
    ASSERT_TRUE(becomes(POLLIN, listener)) << life;
    const net::Descriptor accepted(::accept(listener.get(), nullptr, nullptr));
    EXPECT_EQ(next_bytes(accepted), "hello");
    ASSERT_EQ(::write(accepted.get(), "welcome", 7), 7);
    EXPECT_TRUE(run_to_end(cell).clean()) << life;
    EXPECT_EQ(cell.output().out, "welcome") << life;
  }
}

TEST_P(Network, GivesSocketsFromAnyThread) {
  const Cell cell(GetParam());
  std::array<int, 4> made{};
  std::vector<std::thread> threads;
  for (int& count : made) {
    threads.emplace_back([&] {
      for (int socket = 0; socket < 50; ++socket) count += cell.make_socket(AF_INET) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, (std::array<int, 4>{50, 50, 50, 50}));
}

TEST_P(Network, GivesStreamSocketsOnly) {
  const Cell cell(GetParam());
  EXPECT_TRUE(cell.make_socket(AF_UNIX));
  EXPECT_TRUE(cell.make_socket(AF_INET6));
  EXPECT_THROW(cell.make_socket(AF_PACKET), net::NetError);
  EXPECT_TRUE(cell.make_socket(AF_INET));
}

TEST_P(Network, EndsWithTheCell) {
  net::Descriptor connection;
  net::Descriptor listener;
  {
    Cell cell(GetParam());
    const ReservedPort port(cell.isolation(), usual_port);
    cell.start(subject(cell, {"serve", std::to_string(port.number())}), {});
    connection = connect_to(net::Endpoint::loopback(port.number()), sockets_of(cell));
    listener = net::listen_on(net::Endpoint::loopback(0), 1, sockets_of(cell));
  }
  ASSERT_TRUE(connection);
  EXPECT_EQ(next_bytes(connection), "its end");
  const auto outside = net::begin_connecting(net::endpoint_of(listener.get()));
  ASSERT_TRUE(becomes(POLLOUT, outside));
  const bool reached = net::pending_error(outside.get()) == 0;
  EXPECT_EQ(reached, GetParam() != Tier::namespaces) << "a listener is in the network it was in";
}

}  // namespace
}  // namespace assay::proc
