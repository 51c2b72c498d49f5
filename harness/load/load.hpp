// A load generator: one thread, one event loop, HTTP/1.1 over connections that are kept alive. Each
// run is a slice; connections stay between slices, so that a grader can alternate between servers.
// Not thread-safe: one Load for each thread.
#pragma once

#include <cstdint>
#include <memory>

#include "load/plan.hpp"
#include "load/request_source.hpp"
#include "load/result.hpp"
#include "net/endpoint.hpp"

namespace assay::load {

// What times in exchanges count by: CLOCK_MONOTONIC.
std::int64_t monotonic_ns();

class Load {
 public:
  // The source has to live as long. Throws net::NetError if there is no epoll, and
  // std::invalid_argument if there are no connections.
  Load(const net::Endpoint& endpoint, RequestSource& source, const Settings& settings);
  ~Load();
  Load(Load&&) noexcept;
  Load& operator=(Load&&) noexcept;

  // Connects what isn't connected, and then runs one slice. What the network does is in the result;
  // what the source throws passes through, and ends the use of this Load.
  Result run(const Plan& plan);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace assay::load
