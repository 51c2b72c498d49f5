// The service that does nothing: what it costs is what HTTP costs here. Its other targets do what
// the host has to survive.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "host/http/serve.hpp"
#include "kit/not_implemented.hpp"

namespace {

class NoOp final : public kit::HttpService {
 public:
  kit::HttpResponse handle(const kit::HttpRequest& request) override {
    kit::HttpResponse response;
    if (request.target == "/throw") throw std::runtime_error("out of tokens");
    if (request.target == "/throw-a-number") throw 7;
    if (request.target == "/unwritten") kit::not_implemented("handle");
    if (request.target == "/split") response.headers.emplace_back("X-A", "b\r\nX-C: d");
    if (request.target == "/length") response.headers.emplace_back("content-length", "5");
    if (request.target == "/status") response.status = 99;
    if (request.target == "/echo") response.body = request.body;
    if (request.target == "/slow") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (request.target == "/size") response.body = std::to_string(request.body.size());
    if (request.target == "/header") response.body = request.header("x-name").value_or("none");
    return response;
  }
};

}  // namespace

int main() {
  // Short, so that its tests are.
  assay::net::HttpOptions options;
  options.receive_limit = std::chrono::milliseconds(1'500);
  return assay::host::serve_http([] { return std::make_unique<NoOp>(); }, options);
}
