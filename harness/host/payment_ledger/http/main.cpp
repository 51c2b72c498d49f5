// Serves a payment ledger over HTTP (docs/protocols.md): JSON in, calls of the contract, JSON out.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "host/http/serve.hpp"
#include "host/payment_ledger/http/answers.hpp"
#include "host/payment_ledger/http/books.hpp"
#include "host/payment_ledger/http/charges.hpp"
#include "net/http_client.hpp"

namespace {

using namespace payment_ledger::host;

constexpr std::size_t body_bytes_max = 1U << 20;       // of what is read as JSON
constexpr std::size_t received_bytes_max = 16U << 20;  // what is larger, the server refuses
// A charge that waits for the processor keeps its thread; these are more than any grading has under
// way, so that the rest goes on.
constexpr int serving_threads = 96;
constexpr std::string_view fresh_target = "/test/ledger";

class LedgerService final : public kit::HttpService {
 public:
  explicit LedgerService(kit::HttpPeer* processor) : charges_(processor) {}

  kit::HttpResponse handle(const kit::HttpRequest& request) override {
    try {
      return answer(request);
    } catch (const Refused& refused) {
      return error_answer(refused);
    }
  }

 private:
  kit::HttpResponse answer(const kit::HttpRequest& request) {
    if (request.body.size() > body_bytes_max) {
      throw Refused{413, "too_large", "a body has at most 1 MiB"};
    }
    if (request.method == "PUT" && request.target == fresh_target) return begin(request.body);
    if (auto answered = books_.answer(request)) return *answered;
    if (auto answered = charges_.answer(request)) return *answered;
    throw Refused{404, "not_found", "there is no such resource"};
  }

  // Everything is as new, for a level.
  kit::HttpResponse begin(std::string_view body) {
    const auto level = whole_number_at(object_in(body, {"level"}), "level");
    if (level == 1) {
      books_.make_anew();
    } else if (level == 2) {
      charges_.make_anew();
    } else {
      throw Refused{501, "unknown_level", "there is no such level"};
    }
    return {204, {}, ""};
  }

  Books books_;
  Charges charges_;
};

// The card processor, where there is one: "processor" in ASSAY_CONFIG is its address.
std::optional<assay::net::HttpClient> processor_of_environment() {
  const char* const text = std::getenv("ASSAY_CONFIG");
  if (text == nullptr) return std::nullopt;
  const Json config = assay::host::parse_json(text);
  const Json* const address = config.member("processor");
  if (address == nullptr) return std::nullopt;
  return std::optional<assay::net::HttpClient>(assay::net::Endpoint::parse(address->text));
}

}  // namespace

int main() try {
  auto processor = processor_of_environment();
  assay::net::HttpOptions options;
  options.threads = serving_threads;
  options.limits.body_bytes_max = received_bytes_max;
  const auto make = [&] {
    return std::make_unique<LedgerService>(processor ? &*processor : nullptr);
  };
  return assay::host::serve_http(make, options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "could not serve: %s\n", error.what());
  return 1;
}
