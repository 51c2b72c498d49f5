#include "traffic.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "net/sockets.hpp"

namespace assay::fault {
namespace {

using std::chrono::steady_clock;

constexpr int events_at_once = 64;
constexpr int patience_ms = 5'000;
constexpr std::array<char, kMessageBytes> message{};

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

void send_message(int socket) {
  const ssize_t sent = ::send(socket, message.data(), message.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(message.size())) throw std::runtime_error("can't send");
}

}  // namespace

Traffic::Traffic()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(net::listen_on(net::Endpoint::loopback(0), SOMAXCONN)) {
  watch(epoll_.get(), listener_.get());
}

net::Endpoint Traffic::server() const { return net::endpoint_of(listener_.get()); }

Traffic::Clients Traffic::connect(const net::Endpoint& endpoint, int count) {
  Clients clients;
  for (int i = 0; i < count; ++i) {
    net::Descriptor socket = net::begin_connecting(endpoint);
    pollfd waiting{socket.get(), POLLOUT, 0};
    if (::poll(&waiting, 1, patience_ms) != 1 || net::pending_error(socket.get()) != 0) {
      throw std::runtime_error("can't connect to " + endpoint.text());
    }
    const int number = socket.get();
    watch(epoll_.get(), number);
    ends_[number] = {std::move(socket), true};
    clients.push_back(number);
  }
  return clients;
}

Trips Traffic::run(const Clients& clients, std::chrono::nanoseconds time) {
  const auto begun = steady_clock::now();
  Trips trips;
  stopping_ = false;
  for (const int client : clients) send_message(client);
  std::size_t under_way = clients.size();
  std::array<epoll_event, events_at_once> events{};
  while (under_way > 0) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events_at_once, patience_ms);
    if (count <= 0) throw std::runtime_error("an answer is gone");
    for (int i = 0; i < count; ++i) {
      if (!take(events.at(static_cast<std::size_t>(i)).data.fd)) continue;
      ++trips.count;
      if (stopping_) --under_way;
    }
    trips.time = steady_clock::now() - begun;
    stopping_ = trips.time >= time;
  }
  return trips;
}

void Traffic::accept() {
  net::Descriptor socket(
      ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return;
  const int number = socket.get();
  watch(epoll_.get(), number);
  ends_[number] = {std::move(socket), false};
}

bool Traffic::take(int socket) {
  if (socket == listener_.get()) {
    accept();
    return false;
  }
  std::array<char, 2 * kMessageBytes> bytes{};
  const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), 0);
  if (got != static_cast<ssize_t>(kMessageBytes)) throw std::runtime_error("a connection broke");
  const bool client = ends_.at(socket).client;
  if (!client || !stopping_) send_message(socket);
  return client;
}

}  // namespace assay::fault
