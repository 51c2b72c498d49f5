#include "fault/link.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <utility>

#include "net/sockets.hpp"

namespace assay::fault {
namespace {

bool is_tcp(const net::Descriptor& socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain != AF_UNIX;
}

base::Random jitter_of(std::uint64_t seed, std::uint64_t number, const char* direction) {
  return base::Random(seed, "connection " + std::to_string(number) + direction);
}

}  // namespace

Link::Link(net::Descriptor client, net::Descriptor server, Lane& to_server, Lane& to_client,
           std::uint64_t seed, std::uint64_t number)
    : client_{this, {}},
      server_{this, {}},
      to_server_(client_.side, server_.side, to_server, jitter_of(seed, number, " to the server")),
      to_client_(server_.side, client_.side, to_client, jitter_of(seed, number, " to the client")) {
  client_.side.whole_reads = is_tcp(client);
  server_.side.whole_reads = is_tcp(server);
  client_.side.socket = std::move(client);
  server_.side.socket = std::move(server);
  client_.side.connected = true;
}

Link::State Link::on_events(Watched& watched, std::uint32_t events) {
  Side& side = watched.side;
  if (!side.connected && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    if (net::pending_error(side.socket.get()) != 0) return State::unreachable;
    side.connected = true;
  }
  side.readable = side.readable || (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  side.writable = side.writable || (events & EPOLLOUT) != 0;
  side.ends = side.ends || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  side.gone = side.gone || (events & EPOLLERR) != 0;
  return State::open;
}

Link::State Link::state_after(Flow& flow, Time now, std::span<char> scratch, bool& again) {
  switch (flow.move(now, scratch)) {
    case Flow::Outcome::reset:
      return State::reset;
    case Flow::Outcome::carry_reset:
      return State::carried_reset;
    case Flow::Outcome::again:
      again = true;
      return State::open;
    case Flow::Outcome::waits:
      break;
  }
  return State::open;
}

Link::State Link::move(Time now, std::span<char> scratch, bool& again) {
  const bool client_was_gone = client_.side.gone;
  State state = state_after(to_server_, now, scratch, again);
  if (state == State::open) state = state_after(to_client_, now, scratch, again);
  if (state != State::open) return state;
  if (to_server_.finished() && to_client_.finished()) return State::finished;
  // The way back found out what the way there, which came first, has to act upon.
  again = again || client_was_gone != client_.side.gone;
  return State::open;
}

void Link::on_fault(const Fault& fault, bool to_server, bool to_client) {
  if (to_server) to_server_.on_fault(fault);
  if (to_client) to_client_.on_fault(fault);
}

std::optional<Time> Link::wakes_at() const {
  const auto there = to_server_.wakes_at();
  const auto back = to_client_.wakes_at();
  if (!there || !back) return there ? there : back;
  return std::min(*there, *back);
}

void Link::reset() {
  close_with_reset(client_.side.socket);
  close_with_reset(server_.side.socket);
}

void close_with_reset(net::Descriptor& socket) {
  const linger at_once{1, 0};
  if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.close();
}

}  // namespace assay::fault
