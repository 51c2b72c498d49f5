#include "host/payment_ledger/http/books.hpp"

#include <string>
#include <vector>

#include "host/payment_ledger/http/answers.hpp"
#include "kit/not_implemented.hpp"

// A solution may not have this level: a weak function that nobody defines is a null pointer.
namespace payment_ledger {
[[gnu::weak]] std::unique_ptr<Ledger> make_ledger();
}  // namespace payment_ledger

namespace payment_ledger::host {
namespace {

constexpr std::size_t legs_max = 100;
constexpr std::string_view accounts_target = "/v1/accounts";
constexpr std::string_view entries_target = "/v1/entries";
constexpr std::string_view account_prefix = "/v1/accounts/";

std::string_view code_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::too_few_legs:
      return "too_few_legs";
    case Refusal::amount_not_positive:
      return "amount_not_positive";
    case Refusal::unknown_account:
      return "unknown_account";
    case Refusal::wrong_currency:
      return "wrong_currency";
    case Refusal::sum_overflow:
      return "sum_overflow";
    case Refusal::unbalanced:
      return "unbalanced";
    case Refusal::balance_overflow:
      return "balance_overflow";
    case Refusal::below_floor:
      return "below_floor";
  }
  return "unknown_refusal";
}

Side side_at(const Json& leg) {
  const Json* const side = leg.member("side");
  const bool debit = side->text == "debit";
  if (!side->is(Json::Kind::string) || (!debit && side->text != "credit")) {
    throw bad_request(R"("side" is "debit" or "credit")");
  }
  return debit ? Side::debit : Side::credit;
}

std::vector<Leg> legs_in(const Json& entry) {
  std::vector<Leg> legs;
  for (const Json& leg : array_at(entry, "legs", legs_max).values) {
    expect_members(leg, {"account", "side", "amount", "currency"});
    legs.push_back({name_at(leg, "account"), side_at(leg), whole_number_at(leg, "amount"),
                    currency_at(leg, "currency")});
  }
  return legs;
}

}  // namespace

void Books::make_anew() {
  const std::lock_guard lock(mutex_);
  ledger_.reset();
  if (make_ledger == nullptr) {
    throw kit::NotImplemented("make_ledger, which api.hpp declares and stub.cpp begins,");
  }
  ledger_ = make_ledger();
}

std::optional<kit::HttpResponse> Books::answer(const kit::HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  if (ledger_ == nullptr) return std::nullopt;
  const bool posts = request.method == "POST";
  if (posts && request.target == accounts_target) return open(request.body);
  if (posts && request.target == entries_target) return post(request.body);
  if (request.method == "GET" && request.target.starts_with(account_prefix)) {
    return totals(request.target.substr(account_prefix.size()));
  }
  return std::nullopt;
}

kit::HttpResponse Books::open(std::string_view body) {
  const Json object = object_in(body, {"id", "currency", "floor?"});
  const Account account{name_at(object, "id"), currency_at(object, "currency"),
                        optional_whole_number_at(object, "floor")};
  if (account.floor && *account.floor > 0) throw bad_request("\"floor\" is 0 or less");
  if (!ledger_->open(account)) {
    throw Refused{409, "account_exists", "there is an account with that id"};
  }
  return json_answer(201, "{\"id\":" + assay::host::quoted(account.id) + "}");
}

kit::HttpResponse Books::post(std::string_view body) {
  const auto legs = legs_in(object_in(body, {"legs"}));
  if (const auto refusal = ledger_->post(legs)) {
    throw Refused{422, std::string(code_of(*refusal)), "the entry is refused"};
  }
  return json_answer(201, R"({"posted":true})");
}

kit::HttpResponse Books::totals(std::string_view account) {
  expect_name(account, "account");
  const auto totals = ledger_->totals(account);
  if (!totals) throw Refused{404, "unknown_account", "there is no such account"};
  return json_answer(200, "{\"debits\":" + std::to_string(totals->debits) +
                              ",\"credits\":" + std::to_string(totals->credits) + "}");
}

}  // namespace payment_ledger::host
