// A service that what is tested depends on: HTTP/1.1, so many slots, and a fixed time for each
// request, which is waited and not computed, so that it is the same on a busy machine. Requests
// beyond the slots queue up. It counts what reaches it, and a request may ask for a failure:
//
//   GET /pay?does=wait      is answered once release() is called
//   GET /pay?does=hang      is never answered
//   GET /pay?does=reset     its connection is reset
//   GET /pay?does=garbage   gets bytes that are no HTTP
//   GET /pay?does=break     gets half an answer
//   GET /pay?does=fail      gets a 500
//
// or to be told what came: the answer's body is then the request itself, head and body, as it was
// received (message/http), cut after 8 KB. `status` may follow, of the answer.
//
//   PUT /pay?does=echo&status=409
//
// One thread of its own, which never waits for a socket. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "net/endpoint.hpp"
#include "net/sockets.hpp"

namespace assay::fault {

struct DependencyOptions {
  net::Endpoint listen = net::Endpoint::loopback(0);
  net::MakeSocket make_listener = net::make_socket;  // in which network it is
  std::size_t slots = 64;
  std::chrono::nanoseconds service_time{0};  // from when a request has a slot to its answer
};

// Requests count from when the last byte was read to when the answer was sent or given up.
struct DependencyCounts {
  std::uint64_t arrived = 0;
  std::uint64_t answered = 0;  // as they should be: all but those that asked for a failure
  std::size_t at_once = 0;     // now, those that queue up included
  std::size_t at_once_most = 0;
  std::size_t waiting = 0;  // for release()
};

class Dependency {
 public:
  // Listens once constructed. Throws net::NetError.
  explicit Dependency(const DependencyOptions& options);
  ~Dependency();
  Dependency(const Dependency&) = delete;
  Dependency& operator=(const Dependency&) = delete;

  net::Endpoint endpoint() const;  // with the port that it got
  DependencyCounts counts() const;
  // Answers those that wait now.
  void release();

  static constexpr std::size_t kRequestBytesMax = 1U << 20;  // more is cut off
  static constexpr std::size_t kConnectionsMax = 4'096;      // more are closed at once

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace assay::fault
