// One connection to the server, and the request that is on it. It does the input and output, and
// leaves what follows from it to the engine. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "load/plan.hpp"
#include "load/request_source.hpp"
#include "load/response_parser.hpp"
#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::load {

enum class Stage { closed, connecting, idle, busy };

struct Connection {
  explicit Connection(const AnswerLimits& limits) : parser(limits) {}

  // These give 0, or the number of the error.
  int open(const net::Endpoint& endpoint, const net::MakeSocket& make);
  int finish_opening() const;
  int send_rest();  // as much as can be sent now
  void close();

  bool all_sent() const { return sent_bytes == bytes.size(); }

  net::Descriptor socket;
  Stage stage = Stage::closed;
  std::uint32_t generation = 0;  // of the socket: events of one that is closed are nobody's
  bool has_request = false;
  Request request;
  std::string bytes;  // of the request
  std::size_t sent_bytes = 0;
  std::int64_t deadline_ns = 0;
  ResponseParser parser;
};

// What an error of a socket means for the request on it.
Outcome outcome_of(int error, Stage stage);

}  // namespace assay::load
