// Asks a server over HTTP/1.1, and waits for the answer: a connection for each call, so that no
// call meets what an earlier one left behind. Thread-safe: calls share nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "kit/http.hpp"
#include "net/endpoint.hpp"

namespace assay::net {

class HttpClient final : public kit::HttpPeer {
 public:
  explicit HttpClient(const Endpoint& server) : server_(server) {}

  kit::HttpResponse send(const kit::HttpRequest& request, std::chrono::nanoseconds limit) override;

  static constexpr std::uint32_t kHeadBytesMax = 64U << 10;
  static constexpr std::size_t kBodyBytesMax = 16U << 20;

 private:
  const Endpoint server_;
};

}  // namespace assay::net
