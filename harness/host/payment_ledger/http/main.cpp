// Serves a payment ledger over HTTP (docs/protocols.md): JSON in, calls of the contract, JSON out.
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "host/http/serve.hpp"
#include "host/payment_ledger/http/answers.hpp"
#include "host/payment_ledger/http/books.hpp"

namespace {

using namespace payment_ledger::host;

constexpr std::size_t body_bytes_max = 1U << 20;       // of what is read as JSON
constexpr std::size_t received_bytes_max = 16U << 20;  // what is larger, the server refuses
constexpr std::string_view fresh_target = "/test/ledger";

class LedgerService final : public kit::HttpService {
 public:
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
    throw Refused{404, "not_found", "there is no such resource"};
  }

  // Everything is as new, for a level.
  kit::HttpResponse begin(std::string_view body) {
    const auto level = whole_number_at(object_in(body, {"level"}), "level");
    if (level != 1) throw Refused{501, "unknown_level", "there is no such level"};
    books_.make_anew();
    return {204, {}, ""};
  }

  Books books_;
};

}  // namespace

int main() {
  assay::net::HttpOptions options;
  options.limits.body_bytes_max = received_bytes_max;
  return assay::host::serve_http([] { return std::make_unique<LedgerService>(); }, options);
}
