// An HTTP/1.1 server. One object serves on one endpoint, from when it is made until it is stopped.
//
// Threads: so many as the options say read requests, call the handler, and write responses; a
// handler may block, and then the other threads go on. With all of them in a handler, the rest
// waits. Lifetime: what the handler refers to has to outlive the server.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kit/http.hpp"
#include "net/endpoint.hpp"
#include "net/http_message.hpp"

namespace assay::net {

struct HttpOptions {
  Endpoint endpoint = Endpoint::loopback(0);
  int threads = 4;  // at least 1
  HttpLimits limits;
  std::chrono::milliseconds idle_limit{60'000};     // without a byte of a next request: closed
  std::chrono::milliseconds receive_limit{10'000};  // for a request to arrive whole: else 408
  std::chrono::milliseconds send_limit{10'000};     // for a client to take a response: closed
  std::size_t connections_max = 16'384;             // more get 503
  std::size_t requests_max = 1'000'000;             // of a connection, which is then closed
};

// Called by several threads at once. What it throws becomes a 500, with the reason in its body.
using HttpHandler = std::function<kit::HttpResponse(const kit::HttpRequest&)>;

struct HttpEnd {
  std::size_t given_up = 0;  // connections whose request had not ended at the limit
  std::string failure;       // an error of the server's own in one of its connections; or empty
};

class HttpServer {
 public:
  // Listens when it returns. Throws NetError, or std::system_error without threads to start.
  HttpServer(const HttpOptions& options, HttpHandler handler);
  // Waits for handlers that still run: a program with one that never returns leaves by _exit.
  ~HttpServer();

  // With the port that was found, if it was to be any.
  Endpoint endpoint() const;

  // Refuses what is new, closes what is idle, and waits until running requests have been answered,
  // for as long as `limit`; what is left then is dropped. Once; not by a handler.
  HttpEnd stop(std::chrono::milliseconds limit);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

// GET /healthz is answered by the server itself, with 200: it listens, and has a thread free.
inline constexpr std::string_view health_target = "/healthz";

}  // namespace assay::net
