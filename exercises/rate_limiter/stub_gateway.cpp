// Level 5: the gateway.
#include <utility>

#include "gateway.hpp"
#include "kit/not_implemented.hpp"

namespace rate_limiter {
namespace {

class Gateway final : public kit::HttpService {
 public:
  Gateway(GatewayConfig config, const kit::Clock& clock, kit::HttpPeer& service)
      : config_(std::move(config)), clock_(clock), service_(service) {}

  kit::HttpResponse handle(const kit::HttpRequest& request) override {
    // Three questions to begin with:
    //   Who asks? (Whom do you believe about that?)
    //   Which buckets does it need a token of, and what if only one of them has any?
    //   The service never answers, or throws: who gives back what this request holds?
    // service_.send(request, config_.service_limit) passes it on.
    kit::not_implemented("Gateway::handle");
  }

 private:
  [[maybe_unused]] const GatewayConfig config_;
  [[maybe_unused]] const kit::Clock& clock_;
  [[maybe_unused]] kit::HttpPeer& service_;
};

}  // namespace

std::unique_ptr<kit::HttpService> make_gateway(GatewayConfig config, const kit::Clock& clock,
                                               kit::HttpPeer& service) {
  return std::make_unique<Gateway>(std::move(config), clock, service);
}

}  // namespace rate_limiter
