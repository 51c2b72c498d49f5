// Stands between clients and a server, and passes bytes both ways until a fault says otherwise. It
// doesn't know what they mean, so it is the same for HTTP, Redis and PostgreSQL. One thread of its
// own, which never waits for a socket. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "fault/counters.hpp"
#include "fault/fault.hpp"
#include "net/endpoint.hpp"
#include "net/sockets.hpp"

namespace assay::fault {

inline constexpr std::uint64_t kMostConnections = 10'000;  // at once; more wait to be accepted
// Of each of the gate's sockets, as asked for (Linux doubles it). Small, so that a peer feels soon
// that nobody reads; what its own kernel takes comes on top.
inline constexpr int kSocketBufferBytes = 64 << 10;

struct GateOptions {
  net::Endpoint listen = net::Endpoint::loopback(0);
  net::Endpoint upstream;
  // In which network each is. Called by any thread, one call at a time.
  net::MakeSocket make_listener = net::make_socket;
  net::MakeSocket make_upstream = net::make_socket;
  std::uint64_t seed = 0;  // of all jitter
};

class Gate {
 public:
  // Listens once constructed. Throws net::NetError.
  explicit Gate(const GateOptions& options);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  // Closes all connections.
  ~Gate();

  net::Endpoint endpoint() const;  // with the port that it got

  // In force, on what is connected and on what comes, when it returns. Faults add up, but for those
  // of the same verb and direction: the later holds. Throws std::invalid_argument for a fault that
  // can't be (problem_with), net::NetError if it can't listen again after refuse.
  void apply(const Fault& fault);
  std::vector<Fault> in_force() const;
  Counters counters() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace assay::fault
