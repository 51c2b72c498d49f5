#include "host/payment_ledger/http/charges.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "allocation.hpp"
#include "host/payment_ledger/http/answers.hpp"
#include "kit/not_implemented.hpp"

// A solution may not have this level: a weak function that nobody defines is a null pointer.
namespace payment_ledger {
[[gnu::weak]] std::unique_ptr<Idempotency> make_idempotency(const kit::Clock& clock);
[[gnu::weak]] Allocation allocate(Amount amount, Fee fee, std::span<const std::int64_t> weights);
}  // namespace payment_ledger

namespace payment_ledger::host {
namespace {

using assay::host::quoted;

constexpr std::string_view charges_target = "/v1/charges";
constexpr std::string_view allocations_target = "/v1/allocations";
constexpr std::string_view clock_target = "/test/clock";
constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t weights_max = 100;
constexpr std::int64_t weight_max = 1'000'000;
constexpr std::int64_t basis_points_max = 10'000;
constexpr std::int64_t clock_ms_max = std::int64_t{1} << 40;
constexpr std::chrono::seconds processor_limit{30};

std::string caller_of(const kit::HttpRequest& request) {
  const auto authorization = request.header("authorization");
  if (!authorization || !authorization->starts_with(bearer)) {
    throw Refused{401, "unauthenticated", "Authorization: Bearer and the caller's name is missing"};
  }
  const auto caller = authorization->substr(bearer.size());
  expect_name(caller, "caller");
  return std::string(caller);
}

// A key may stand in quotes, as a string of structured fields does, or not: it is the same key.
std::string key_of(const kit::HttpRequest& request) {
  auto key = request.header("idempotency-key").value_or("");
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') {
    key = key.substr(1, key.size() - 2);
  }
  if (key.empty() || key.size() > key_bytes_max) {
    throw bad_request("Idempotency-Key is 1 to 255 characters");
  }
  return std::string(key);
}

// As the solution sees them, in the order in which they were sent.
std::vector<Parameter> parameters_of(const Json& object) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const Json& value = object.values[i];
    parameters.push_back({object.names[i], value.text});
  }
  return parameters;
}

kit::HttpResponse answer_of(const Outcome& outcome) {
  using enum Outcome::Kind;
  if (outcome.kind == in_flight) {
    throw Refused{409, "idempotency_key_in_use", "the first request with this key is under way"};
  }
  if (outcome.kind == mismatch) {
    throw Refused{422, "idempotency_error", "this key was used with other parameters"};
  }
  auto response = json_answer(outcome.response.status, outcome.response.body);
  if (outcome.kind == replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  return response;
}

kit::HttpResponse allocation(std::string_view body) {
  const Json object = object_in(body, {"amount", "basis_points", "fixed", "weights"});
  const Amount amount = whole_number_at(object, "amount");
  const Fee fee{whole_number_at(object, "basis_points"), whole_number_at(object, "fixed")};
  std::vector<std::int64_t> weights;
  bool any = false;
  for (const Json& weight : array_at(object, "weights", weights_max).values) {
    const bool good = weight.is(Json::Kind::integer) && weight.integer >= 0;
    if (!good || weight.integer > weight_max) throw bad_request("a weight is 0 to 1,000,000");
    any = any || weight.integer > 0;
    weights.push_back(weight.integer);
  }
  const bool fee_is_good =
      fee.basis_points >= 0 && fee.basis_points <= basis_points_max && fee.fixed >= 0;
  if (!any || amount < 0 || !fee_is_good) throw bad_request("out of range");
  if (allocate == nullptr) {
    throw kit::NotImplemented(
        "allocate, which allocation.hpp declares and stub_allocation.cpp "
        "begins,");
  }
  const Allocation split = allocate(amount, fee, weights);
  std::string shares;
  for (const Amount share : split.shares) {
    shares += (shares.empty() ? "" : ",") + std::to_string(share);
  }
  return json_answer(200,
                     "{\"fee\":" + std::to_string(split.fee) + ",\"shares\":[" + shares + "]}");
}

}  // namespace

void Charges::make_anew() {
  auto fresh = std::make_shared<Keys>();
  if (make_idempotency != nullptr) fresh->table = make_idempotency(fresh->clock);
  const std::lock_guard lock(mutex_);
  keys_ = std::move(fresh);
}

std::shared_ptr<Charges::Keys> Charges::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

std::optional<kit::HttpResponse> Charges::answer(const kit::HttpRequest& request) {
  const auto keys = this->keys();
  if (keys == nullptr || request.method != "POST") return std::nullopt;
  if (request.target == clock_target) {
    const auto now_ms = whole_number_at(object_in(request.body, {"now_ms"}), "now_ms");
    if (now_ms < 0 || now_ms > clock_ms_max) throw bad_request("\"now_ms\" is 0 to 2^40");
    keys->clock.set(std::chrono::milliseconds(now_ms));
    return kit::HttpResponse{204, {}, ""};
  }
  if (request.target == allocations_target) return allocation(request.body);
  if (request.target == charges_target) return charge(request, *keys);
  return std::nullopt;
}

// What is wrong with a request is found before its key is looked at: it may be mended, and sent
// again with the same key.
kit::HttpResponse Charges::charge(const kit::HttpRequest& request, Keys& keys) {
  const Json object = object_in(request.body, {"amount", "currency", "card", "reference?"});
  const Amount amount = whole_number_at(object, "amount");
  if (amount <= 0) throw bad_request("\"amount\" is 1 or more");
  name_at(object, "card");
  currency_at(object, "currency");
  if (object.member("reference") != nullptr) name_at(object, "reference");
  const std::string caller = caller_of(request);
  const Request asked{caller, key_of(request), parameters_of(object)};
  if (keys.table == nullptr) {
    throw kit::NotImplemented(
        "make_idempotency, which idempotency.hpp declares and stub_idempotency.cpp begins,");
  }
  const std::string body(request.body);
  return answer_of(keys.table->run(asked, [&] { return ask_processor(caller, body); }));
}

// Throws Refused where the processor did nothing, for certain.
Response Charges::ask_processor(const std::string& caller, const std::string& body) const {
  if (processor_ == nullptr) throw std::runtime_error("set ASSAY_CONFIG (docs/protocols.md)");
  const std::string authorization = std::string(bearer) + caller;
  const std::vector<kit::HttpHeader> headers{{"Content-Type", "application/json"},
                                             {"Authorization", authorization}};
  const auto said = processor_->send({"POST", "/charges", headers, body, ""}, processor_limit);
  if (said.status == 503) throw Refused{503, "processor_busy", "nothing was charged: come back"};
  return {said.status, said.body};
}

}  // namespace payment_ledger::host
