#include "graders/payment_ledger/charges/script.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "graders/payment_ledger/json.hpp"

namespace assay::graders::payment_ledger {
namespace {

namespace json = boost::json;
using OperationKind = ChargeOperation::Kind;

constexpr const char* charges_target = "/v1/charges";
constexpr const char* clock_target = "/test/clock";
constexpr std::string_view bearer = "Bearer ";
constexpr std::int64_t hour_ms = 60LL * 60 * 1'000;

bool has_text(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_string();
}

bool is_valid(const json::object& object) {
  const auto* const amount = object.if_contains("amount");
  if (amount == nullptr || !amount->is_int64() || amount->get_int64() <= 0) return false;
  if (!has_text(object, "currency") || !has_text(object, "card")) return false;
  const bool refers = object.contains("reference");
  return object.size() == (refers ? 4U : 3U) && (!refers || has_text(object, "reference"));
}

void read_body(ChargeOperation& operation) {
  boost::system::error_code failed;
  const json::value value = json::parse(operation.body, failed);
  operation.valid = !failed && value.is_object() && is_valid(value.get_object());
  if (!operation.valid) return;
  for (const auto& member : value.get_object()) {
    operation.parameters[member.key()] = json::serialize(member.value());
  }
}

std::string without_quotes(const std::string& key) {
  const bool quoted = key.size() >= 2 && key.front() == '"' && key.back() == '"';
  return quoted ? key.substr(1, key.size() - 2) : key;
}

}  // namespace

std::string to_line(const ChargeOperation& operation) {
  if (operation.kind == OperationKind::count) return count_line;
  if (operation.kind == OperationKind::clock) {
    return fmt::format(R"(POST {} {{"now_ms":{}}})", clock_target, operation.now_ms);
  }
  const std::string key = operation.quoted ? '"' + operation.key + '"' : operation.key;
  grade::HttpFields fields{{"Authorization", std::string(bearer) + operation.caller}};
  if (!operation.key.empty()) fields.emplace_back("Idempotency-Key", key);
  return grade::to_line(grade::HttpAsk{"POST", charges_target, fields, operation.body});
}

ChargeOperation parse_charge_operation(const std::string& line) {
  const auto ask = grade::parse_http_ask(line);
  ChargeOperation operation;
  if (line == count_line) return operation;
  operation.body = ask.body;
  if (ask.target == clock_target) {
    operation.kind = OperationKind::clock;
    operation.now_ms = number_in(ask.body, "now_ms").value_or(0);
    return operation;
  }
  if (ask.target != charges_target) throw std::runtime_error("not a request of level 2: " + line);
  operation.kind = OperationKind::charge;
  for (const auto& [name, value] : ask.fields) {
    if (name == "Authorization") operation.caller = value.substr(bearer.size());
    if (name == "Idempotency-Key") operation.key = without_quotes(value);
    if (name == "Idempotency-Key") operation.quoted = value != operation.key;
  }
  read_body(operation);
  if (operation.key.empty()) operation.valid = false;
  return operation;
}

std::string in_words(const ChargeOperation& operation) {
  if (operation.kind == OperationKind::count) return "charges at the processor";
  if (operation.kind == OperationKind::clock) {
    const auto hours = operation.now_ms / hour_ms;
    const auto rest = operation.now_ms % hour_ms;
    return fmt::format("the clock shows {} h{}", hours,
                       rest == 0 ? "" : fmt::format(" and {} ms", base::thousands(rest)));
  }
  std::string body = operation.body;
  std::erase(body, '"');  // a step has room for a line only
  return fmt::format("{} {} {}", operation.caller, operation.key.empty() ? "no key" : operation.key,
                     body);
}

bool is_replayed(const grade::HttpReply& reply) { return reply.field(replayed_field) == "true"; }

std::string in_words(const grade::HttpReply& reply) {
  std::string words = std::to_string(reply.status);
  if (const auto id = text_in(reply.body, "id")) words += ", " + *id;
  if (const auto code = error_code_in(reply.body)) words += ", " + *code;
  return words + (is_replayed(reply) ? ", replayed" : "");
}

}  // namespace assay::graders::payment_ledger
