#include "load/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace assay::load {

// Not net::begin_connecting(): failures are counted by kind here, and there may be many.
int Connection::open(const net::Endpoint& endpoint, const net::MakeSocket& make) {
  try {
    socket = make(endpoint.family());
  } catch (const net::NetError&) {
    return ENOBUFS;
  }
  ++generation;
  if (endpoint.family() != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  stage = Stage::connecting;
  const bool begun =
      ::connect(socket.get(), endpoint.address(), endpoint.size()) == 0 || errno == EINPROGRESS;
  return begun ? 0 : errno;
}

int Connection::finish_opening() const { return net::pending_error(socket.get()); }

int Connection::send_rest() {
  while (!all_sent()) {
    const auto sent =
        ::send(socket.get(), bytes.data() + sent_bytes, bytes.size() - sent_bytes, MSG_NOSIGNAL);
    if (sent >= 0) {
      sent_bytes += static_cast<std::size_t>(sent);
    } else if (errno != EINTR) {
      return errno == EAGAIN ? 0 : errno;
    }
  }
  return 0;
}

void Connection::close() {
  socket.close();
  stage = Stage::closed;
}

Outcome outcome_of(int error, Stage stage) {
  if (error == ECONNREFUSED) return Outcome::refused;
  if (error == ETIMEDOUT) return Outcome::timed_out;
  return stage == Stage::connecting ? Outcome::unreachable : Outcome::reset;
}

}  // namespace assay::load
