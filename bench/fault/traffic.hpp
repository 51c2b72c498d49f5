// The same server and the same client for every proxy: small messages, answered one by one. One
// thread plays both, so that all that differs is the proxy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::fault {

inline constexpr std::size_t kMessageBytes = 64;

struct Trips {
  std::uint64_t count = 0;
  std::chrono::nanoseconds time{};
  double ns_each() const { return static_cast<double>(time.count()) / static_cast<double>(count); }
};

class Traffic {
 public:
  Traffic();

  net::Endpoint server() const;
  // Clients of `endpoint`, each of which sends a message, waits for it, and sends the next.
  using Clients = std::vector<int>;
  Clients connect(const net::Endpoint& endpoint, int count);
  // Throws std::runtime_error if a connection is broken.
  Trips run(const Clients& clients, std::chrono::nanoseconds time);

 private:
  void accept();
  // True for an answer that a client got.
  bool take(int socket);

  net::Descriptor epoll_;
  net::Descriptor listener_;
  struct End {
    net::Descriptor socket;
    bool client = false;
  };
  std::map<int, End> ends_;
  bool stopping_ = false;  // clients send no more
};

}  // namespace assay::fault
