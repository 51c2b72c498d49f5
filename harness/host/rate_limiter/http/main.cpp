// Serves a gateway: reads its configuration, and hands it the clock and the service behind it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gateway.hpp"
#include "host/http/serve.hpp"
#include "host/rate_limiter/http/config.hpp"
#include "kit/not_implemented.hpp"
#include "net/http_client.hpp"

// A solution may not have this level yet: a weak function that nobody defines is a null pointer.
namespace rate_limiter {
[[gnu::weak]] std::unique_ptr<kit::HttpService> make_gateway(GatewayConfig config,
                                                             const kit::Clock& clock,
                                                             kit::HttpPeer& service);
}  // namespace rate_limiter

namespace {

using std::chrono::steady_clock;

// A request that waits, for a slot or for the service, keeps its thread; these are more than any
// grading has under way, so that GET /healthz is answered too.
constexpr int gateway_threads = 160;

class RunningClock final : public kit::Clock {
 public:
  kit::nanoseconds now() const override { return steady_clock::now() - start_; }

 private:
  const steady_clock::time_point start_ = steady_clock::now();
};

}  // namespace

int main() try {
  const RunningClock clock;
  std::optional<assay::net::HttpClient> service;
  const auto make = [&] {
    if (rate_limiter::make_gateway == nullptr) {
      throw kit::NotImplemented(
          "make_gateway, which gateway.hpp declares and stub_gateway.cpp begins,");
    }
    const char* const text = std::getenv("ASSAY_CONFIG");
    if (text == nullptr) throw std::runtime_error("set ASSAY_CONFIG (docs/protocols.md)");
    auto setup = rate_limiter::host::parse_setup(text);
    service.emplace(setup.service);
    return rate_limiter::make_gateway(std::move(setup.config), clock, *service);
  };
  assay::net::HttpOptions options;
  options.threads = gateway_threads;
  return assay::host::serve_http(make, options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "could not serve: %s\n", error.what());
  return 1;
}
