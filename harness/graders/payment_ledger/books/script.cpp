#include "graders/payment_ledger/books/script.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "grade/http_line.hpp"
#include "graders/payment_ledger/json.hpp"

namespace assay::graders::payment_ledger {
namespace {

namespace json = boost::json;
using OperationKind = BookOperation::Kind;

constexpr const char* accounts_target = "/v1/accounts";
constexpr const char* entries_target = "/v1/entries";
constexpr std::string_view account_prefix = "/v1/accounts/";
constexpr std::size_t quoted_answer_bytes = 40;

std::string leg_json(const BookLeg& leg) {
  return fmt::format(R"({{"account":"{}","side":"{}","amount":{},"currency":"{}"}})", leg.account,
                     leg.debit ? "debit" : "credit", leg.amount, leg.currency);
}

BookLeg leg_in(const json::object& leg) {
  return {json::value_to<std::string>(leg.at("account")), leg.at("side").as_string() == "debit",
          leg.at("amount").as_int64(), json::value_to<std::string>(leg.at("currency"))};
}

}  // namespace

std::string to_line(const BookOperation& operation) {
  switch (operation.kind) {
    case OperationKind::look:
      return fmt::format("GET {}{}", account_prefix, operation.account);
    case OperationKind::open: {
      const auto floor =
          operation.floor ? fmt::format(R"(,"floor":{})", *operation.floor) : std::string();
      return fmt::format(R"(POST {} {{"id":"{}","currency":"{}"{}}})", accounts_target,
                         operation.account, operation.currency, floor);
    }
    case OperationKind::post:
      break;
  }
  std::vector<std::string> legs;
  for (const auto& leg : operation.legs) legs.push_back(leg_json(leg));
  return fmt::format(R"(POST {} {{"legs":[{}]}})", entries_target, base::join(legs, ","));
}

BookOperation parse_book_operation(const std::string& line) {
  const auto ask = grade::parse_http_ask(line);
  BookOperation operation;
  if (ask.method == "GET" && ask.target.starts_with(account_prefix)) {
    operation.account = ask.target.substr(account_prefix.size());
    return operation;
  }
  const json::value body = json::parse(ask.body);
  const json::object& object = body.as_object();
  if (ask.target == accounts_target) {
    operation.kind = OperationKind::open;
    operation.account = json::value_to<std::string>(object.at("id"));
    operation.currency = json::value_to<std::string>(object.at("currency"));
    if (const auto* floor = object.if_contains("floor")) operation.floor = floor->as_int64();
    return operation;
  }
  if (ask.target != entries_target) throw std::runtime_error("not a request to books: " + line);
  operation.kind = OperationKind::post;
  for (const auto& leg : object.at("legs").as_array()) {
    operation.legs.push_back(leg_in(leg.as_object()));
  }
  return operation;
}

BookAnswer parse_book_answer(const std::string& line, OperationKind to) {
  using enum BookAnswer::Kind;
  grade::HttpReply reply;
  try {
    reply = grade::parse_http_reply(line);
  } catch (const std::runtime_error&) {
    return {other, "", 0, 0, base::printable_line(line, quoted_answer_bytes)};
  }
  const auto code = error_code_in(reply.body);
  if (reply.status >= 400 && reply.status < 500 && code) return {refused, *code, 0, 0, ""};
  const bool good = reply.status >= 200 && reply.status < 300;
  if (good && to != OperationKind::look) return {done, "", 0, 0, ""};
  const auto debits = number_in(reply.body, "debits");
  const auto credits = number_in(reply.body, "credits");
  if (good && debits && credits) return {totals, "", *debits, *credits, ""};
  return {other, "", 0, 0, base::printable_line(line, quoted_answer_bytes)};
}

std::string in_words(const BookLeg& leg) {
  return fmt::format("{} {} {} {}", leg.debit ? "debit" : "credit", leg.account,
                     base::thousands(leg.amount), leg.currency);
}

std::string in_words(const BookOperation& operation) {
  if (operation.kind == OperationKind::look) return "totals of " + operation.account;
  if (operation.kind == OperationKind::open) {
    const auto floor = operation.floor ? ", floor " + base::thousands(*operation.floor) : "";
    return fmt::format("open {} in {}{}", operation.account, operation.currency, floor);
  }
  if (operation.legs.empty()) return "post an entry without legs";
  std::vector<std::string> legs;
  for (const auto& leg : operation.legs) legs.push_back(in_words(leg));
  return base::join(legs, "; ");
}

std::string in_words(const BookAnswer& answer) {
  switch (answer.kind) {
    case BookAnswer::Kind::done:
      return "done";
    case BookAnswer::Kind::refused:
      return "refused: " + answer.code;
    case BookAnswer::Kind::totals:
      return fmt::format("debits {}, credits {}", base::thousands(answer.debits),
                         base::thousands(answer.credits));
    case BookAnswer::Kind::other:
      break;
  }
  return answer.text;
}

}  // namespace assay::graders::payment_ledger
