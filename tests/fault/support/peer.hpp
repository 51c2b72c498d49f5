// A client that waits, but never for ever. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::fault {

// Far longer than anything takes on a busy machine; only a test that fails waits for it.
inline constexpr std::chrono::seconds kPatience(30);

enum class StreamEnd { none, end, reset, patience };

struct Received {
  std::string bytes;
  StreamEnd end = StreamEnd::none;  // why it is not all that was asked for
};

class Peer {
 public:
  Peer() = default;
  // Throws std::runtime_error if it is not connected in time; see connect_error().
  explicit Peer(const net::Endpoint& endpoint);
  explicit Peer(net::Descriptor socket) : socket_(std::move(socket)) {}

  // False if the other side is gone.
  bool send(std::string_view bytes);
  // As much as the sockets on the way take, until nobody has read for a while.
  std::size_t send_until_full(std::size_t limit_bytes);
  Received read(std::size_t count);
  Received read_to_end();
  // Nothing came within this time, not even an end.
  bool hears_nothing(std::chrono::milliseconds time) const;

  void end();  // of what it sends
  void close() { socket_.close(); }
  void reset();  // closes it so that the other side gets a reset
  int descriptor() const { return socket_.get(); }

 private:
  bool wait(short events) const;

  net::Descriptor socket_;
};

// The error of connecting: 0, ECONNREFUSED…
int connect_error(const net::Endpoint& endpoint);

// Until it holds; false after kPatience.
bool eventually(const std::function<bool()>& holds);

int open_descriptors();

}  // namespace assay::fault
