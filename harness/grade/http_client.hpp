// One client of an HTTP subject: a connection that is kept open, and one request after the other.
// It blocks, with a limit. Not thread-safe: each thread has a client of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "grade/http_line.hpp"
#include "net/sockets.hpp"

namespace assay::grade {

struct HttpClientOptions {
  std::vector<std::string> kept_fields;  // of answers
  std::size_t kept_body_bytes = 4'000;
  std::chrono::milliseconds answer_limit{10'000};
  // Asked every few milliseconds of a wait: false ends it. May throw.
  std::function<bool()> goes_on = [] { return true; };
};

// What came of a request: an answer, or why there is none. Then the request may have taken effect.
struct HttpOutcome {
  HttpReply reply;
  std::string problem;  // "time-out: no answer within 10 s"; empty if there is an answer
  bool answered() const { return problem.empty(); }
};

class HttpClient {
 public:
  HttpClient(const net::Endpoint& server, net::MakeSocket make, HttpClientOptions options);

  HttpOutcome ask(const HttpAsk& ask);

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::string connect(Time deadline);
  std::string send(std::string_view bytes, Time deadline);
  HttpOutcome receive(const std::string& method, Time deadline);
  bool wait_for(short events, Time deadline) const;
  std::string too_late() const;

  const net::Endpoint server_;
  const net::MakeSocket make_;
  const HttpClientOptions options_;
  net::Descriptor socket_;
};

}  // namespace assay::grade
