// What load to make. Plain values.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "load/response_parser.hpp"
#include "net/sockets.hpp"

namespace assay::load {

// One slice of load: a warm-up, then what is measured, at one rate.
struct Plan {
  // Open loop: so many requests a second arrive whether or not the server keeps up. 0: closed loop,
  // each connection sends its next request as soon as it has the answer.
  double rate_per_s = 0;
  bool poisson = false;  // arrivals at random, else evenly
  std::chrono::nanoseconds warm_up = std::chrono::seconds(1);
  std::chrono::nanoseconds duration = std::chrono::seconds(10);
  // Of requests that wait while all connections are busy; more are dropped, and counted.
  std::size_t backlog_limit = 100'000;
  std::uint64_t seed = 1;                   // of the arrivals
  const std::atomic<bool>* stop = nullptr;  // ends the slice within 0.1 s once it is true
};

struct Settings {
  std::size_t connections = 32;
  // Of an answer, counted from when the request was given to a connection, connecting included.
  // After the end of a slice, what waits is still sent for as long.
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);
  AnswerLimits limits;
  net::MakeSocket make_socket = net::make_socket;
};

}  // namespace assay::load
