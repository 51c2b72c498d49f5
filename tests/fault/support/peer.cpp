#include "support/peer.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "net/sockets.hpp"

namespace assay::fault {
namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10;
constexpr int patience_ms = static_cast<int>(std::chrono::milliseconds(kPatience).count());
constexpr int full_after_ms = 100;

bool ready(int socket, short events, int time_ms) {
  pollfd waiting{socket, events, 0};
  return ::poll(&waiting, 1, time_ms) > 0;
}

}  // namespace

Peer::Peer(const net::Endpoint& endpoint) : socket_(net::begin_connecting(endpoint)) {
  if (!wait(POLLOUT)) throw std::runtime_error("nobody accepted the connection");
  if (net::pending_error(socket_.get()) != 0) throw std::runtime_error("it was refused");
}

bool Peer::wait(short events) const { return ready(socket_.get(), events, patience_ms); }

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && (errno != EAGAIN || !wait(POLLOUT))) return false;
  }
  return true;
}

std::size_t Peer::send_until_full(std::size_t limit_bytes) {
  const std::string bytes(read_bytes, 'x');
  std::size_t total = 0;
  while (total < limit_bytes && ready(socket_.get(), POLLOUT, full_after_ms)) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) break;
    if (sent > 0) total += static_cast<std::size_t>(sent);
  }
  return total;
}

Received Peer::read(std::size_t count) {
  Received received;
  std::array<char, read_bytes> piece{};
  while (received.bytes.size() < count) {
    const std::size_t wanted = std::min(piece.size(), count - received.bytes.size());
    const ssize_t got = ::recv(socket_.get(), piece.data(), wanted, 0);
    if (got > 0) received.bytes.append(piece.data(), static_cast<std::size_t>(got));
    if (got == 0) received.end = StreamEnd::end;
    if (got < 0 && errno != EAGAIN) received.end = StreamEnd::reset;
    if (got < 0 && errno == EAGAIN && !wait(POLLIN)) received.end = StreamEnd::patience;
    if (received.end != StreamEnd::none) break;
  }
  return received;
}

Received Peer::read_to_end() { return read(std::string::npos); }

bool Peer::hears_nothing(std::chrono::milliseconds time) const {
  return !ready(socket_.get(), POLLIN, static_cast<int>(time.count()));
}

void Peer::end() { ::shutdown(socket_.get(), SHUT_WR); }

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

int connect_error(const net::Endpoint& endpoint) {
  try {
    const net::Descriptor socket = net::begin_connecting(endpoint);
    if (!ready(socket.get(), POLLOUT, patience_ms)) return ETIMEDOUT;
    return net::pending_error(socket.get());
  } catch (const net::NetError&) {  // a unix socket's refusal comes at once
    return ECONNREFUSED;
  }
}

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

int open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

}  // namespace assay::fault
