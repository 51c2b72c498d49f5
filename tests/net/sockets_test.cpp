// Goal: endpoints are read as people write them, and what is wrong with one is said; sockets that
// listen and connect find each other. Method: real sockets, on loopback and in a temporary folder.
#include "net/sockets.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <filesystem>

namespace assay::net {
namespace {

constexpr int patience_ms = 5'000;

int error_after_connecting(const Descriptor& socket) {
  pollfd waiting{socket.get(), POLLOUT, 0};
  EXPECT_EQ(::poll(&waiting, 1, patience_ms), 1);
  return pending_error(socket.get());
}

std::string complaint_about(std::string_view text) {
  try {
    return "took it for " + Endpoint::parse(text).text();
  } catch (const NetError& error) {
    return error.what();
  }
}

TEST(Endpoints, AreReadAsTheyAreWritten) {
  for (const auto* const text : {"127.0.0.1:8080", "[::1]:8080", "unix:/tmp/a.sock"}) {
    EXPECT_EQ(Endpoint::parse(text).text(), text);
  }
  for (const auto* const text : {"8080", ":8080"}) {
    EXPECT_EQ(Endpoint::parse(text).text(), "127.0.0.1:8080");
  }
  EXPECT_EQ(Endpoint::parse("localhost:80").port(), 80);
}

TEST(Endpoints, SayWhatIsWrong) {
  EXPECT_EQ(complaint_about("127.0.0.1:http"),
            "'127.0.0.1:http' has no port from 0 to 65535: write HOST:PORT");
  EXPECT_EQ(complaint_about("65536"), "'65536' has no port from 0 to 65535: write HOST:PORT");
  EXPECT_EQ(complaint_about("unix:"), "a unix socket's path has 1 to 107 bytes, and '' has 0");
  EXPECT_TRUE(complaint_about("no.such.host.invalid:1").starts_with("find the host 'no.such.host"));
}

TEST(Sockets, FindEachOtherOverTcp) {
  const auto listener = listen_on(Endpoint::loopback(0), 1);
  const auto place = endpoint_of(listener.get());
  EXPECT_NE(place.port(), 0);
  EXPECT_EQ(error_after_connecting(begin_connecting(place)), 0);
}

TEST(Sockets, FindEachOtherOnAUnixSocket) {
  char folder[] = "/tmp/assay-sockets-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const auto place = Endpoint::unix_socket(std::filesystem::path(folder) / "socket");
  {
    const auto listener = listen_on(place, 1);
    EXPECT_EQ(error_after_connecting(begin_connecting(place)), 0);
    EXPECT_THROW(listen_on(place, 1), NetError);
  }
  std::filesystem::remove_all(folder);
}

TEST(Sockets, SayThatNobodyListens) {
  Endpoint nobody = Endpoint::loopback(0);
  { nobody = endpoint_of(listen_on(nobody, 1).get()); }
  EXPECT_EQ(error_after_connecting(begin_connecting(nobody)), ECONNREFUSED);
}

TEST(Sockets, AreMadeInTheNetworkThatIsAskedFor) {
  int made = 0;
  const MakeSocket counting = [&](int family) {
    ++made;
    return make_socket(family);
  };
  const auto listener = listen_on(Endpoint::loopback(0), 1, counting);
  const auto socket = begin_connecting(endpoint_of(listener.get()), counting);
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace assay::net
