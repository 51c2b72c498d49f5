#include "net/sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

namespace assay::net {
namespace {

void require(bool worked, const std::string& attempted) {
  if (!worked) throw NetError(attempted + ": " + std::strerror(errno));
}

void set_option(int socket, int level, int option) {
  const int on = 1;
  require(::setsockopt(socket, level, option, &on, sizeof on) == 0, "set an option of a socket");
}

}  // namespace

Descriptor make_socket(int family) {
  Descriptor made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  require(static_cast<bool>(made), "make a socket");
  return made;
}

Descriptor listen_on(const Endpoint& endpoint, int backlog, const MakeSocket& make) {
  Descriptor listener = make(endpoint.family());
  if (endpoint.family() != AF_UNIX) set_option(listener.get(), SOL_SOCKET, SO_REUSEADDR);
  const bool listens = ::bind(listener.get(), endpoint.address(), endpoint.size()) == 0 &&
                       ::listen(listener.get(), backlog) == 0;
  require(listens, "listen on " + endpoint.text());
  return listener;
}

Endpoint endpoint_of(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  require(::getsockname(listener, plain, &size) == 0, "ask where a socket listens");
  return Endpoint::from(plain, size);
}

Descriptor begin_connecting(const Endpoint& endpoint, const MakeSocket& make) {
  Descriptor socket = make(endpoint.family());
  if (endpoint.family() != AF_UNIX) set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY);
  const bool begun =
      ::connect(socket.get(), endpoint.address(), endpoint.size()) == 0 || errno == EINPROGRESS;
  require(begun, "connect to " + endpoint.text());
  return socket;
}

int pending_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  require(::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0, "ask a socket's state");
  return error;
}

}  // namespace assay::net
