// A client that sends what it is told to, byte by byte, well-formed or not. Blocking, with a limit
// on every wait. One thread at a time.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include "net/sockets.hpp"

namespace assay::net {

class RawClient {
 public:
  static constexpr int patience_ms = 30'000;  // far more than anything here takes

  explicit RawClient(const Endpoint& endpoint) {
    try {
      socket_ = begin_connecting(endpoint);
      connected_ = ready(POLLOUT) && pending_error(socket_.get()) == 0;
    } catch (const NetError&) {  // nobody listens: not connected
    }
  }

  bool connected() const { return connected_; }

  // False if the other side has closed, or takes nothing for too long.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && (errno != EAGAIN || !ready(POLLOUT))) return false;
    }
    return true;
  }

  void send_no_more() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.close(); }
  const Descriptor& socket() const { return socket_; }

  // The next response: its head and body, as they came. Less if the connection ended before.
  std::string response() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return take(buffer_.size());
    }
    end += 4;
    const std::size_t whole = end + body_bytes(std::string_view(buffer_).substr(0, end));
    while (buffer_.size() < whole && receive()) continue;
    return take(std::min(whole, buffer_.size()));
  }

  // Everything until the other side closes.
  std::string rest() {
    while (receive()) continue;
    return take(buffer_.size());
  }

  // The other side threw away what it had not read, and perhaps its own answer with it.
  bool was_reset() const { return reset_; }

  // A request without a body, and the response to it.
  std::string get(std::string_view target) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n");
    return response();
  }

 private:
  bool ready(short what) const {
    if (!socket_) return false;
    pollfd waiting{socket_.get(), what, 0};
    return ::poll(&waiting, 1, patience_ms) == 1;
  }

  bool receive() {
    char bytes[16'384];
    if (!ready(POLLIN)) return false;
    const auto count = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (count > 0) buffer_.append(bytes, static_cast<std::size_t>(count));
    reset_ = count < 0;
    return count > 0;
  }

  static std::size_t body_bytes(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto place = head.find(name);
    if (place == std::string_view::npos) return 0;
    return std::stoul(std::string(head.substr(place + name.size())));
  }

  std::string take(std::size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }

  Descriptor socket_;
  bool connected_ = false;
  bool reset_ = false;
  std::string buffer_;
};

}  // namespace assay::net
