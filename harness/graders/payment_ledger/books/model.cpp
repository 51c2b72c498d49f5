#include "graders/payment_ledger/books/model.hpp"

#include <algorithm>

namespace assay::graders::payment_ledger {
namespace {

using enum BookMistake;

BookAnswer refused(std::string_view code) {
  return {BookAnswer::Kind::refused, std::string(code), 0, 0, ""};
}

// Two's complement, as unsigned arithmetic has it.
std::int64_t wrapped_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

std::string_view in_words(BookMistake mistake) {
  switch (mistake) {
    case none:
      return "";
    case legs_stay:
      return "legs before the wrong one stay posted";
    case one_leg_is_enough:
      return "an entry with fewer than two legs is posted";
    case sums_not_compared:
      return "debits and credits are never compared";
    case opening_resets:
      return "opening an account that there is already empties it";
    case currencies_together:
      return "all currencies of an entry are added up together";
    case account_currency_ignored:
      return "a leg's currency is not compared with its account's";
    case last_leg_wins:
      return "an account in several legs of an entry gets only the last of them";
    case floor_leg_by_leg:
      return "the floor is looked at after each leg, and not after the last";
    case floor_one_early:
      return "an account can't go down to its floor, only to one unit above";
    case floor_ignored:
      return "an account goes below its floor";
    case sums_wrap:
      return "the sums of an entry overflow and go on";
    case balances_wrap:
      return "an account's totals overflow and go on";
    case in_doubles:
      return "sums are doubles, which are exact up to 2^53 only";
    case leg_by_leg:
      return "the reason is the first leg's with any, not the first in the contract's order";
    case overflow_is_unbalanced:
      return "an entry whose sums overflow is called unbalanced";
    case sides_swapped:
      return "debits and credits are swapped";
  }
  return "";
}

BookAnswer BookModel::answer(const BookOperation& operation) {
  if (operation.kind == BookOperation::Kind::open) return open(operation);
  if (operation.kind == BookOperation::Kind::look) {
    const auto found = accounts_.find(operation.account);
    if (found == accounts_.end()) return refused(unknown_account);
    const auto& [debits, credits] = found->second.totals;
    const bool swapped = has(sides_swapped);
    return {BookAnswer::Kind::totals, "", swapped ? credits : debits, swapped ? debits : credits,
            ""};
  }
  auto refusal = refusal_of(operation.legs);
  Accounts after = accounts_;
  if (!refusal) refusal = apply(operation.legs, after);
  if (!refusal) {
    accounts_ = std::move(after);
    return {BookAnswer::Kind::done, "", 0, 0, ""};
  }
  if (has(legs_stay)) keep_first_legs(operation.legs);
  return refused(*refusal);
}

BookAnswer BookModel::open(const BookOperation& operation) {
  BookAccount account{operation.currency, operation.floor, {}};
  if (accounts_.try_emplace(operation.account, account).second) {
    return {BookAnswer::Kind::done, "", 0, 0, ""};
  }
  if (has(opening_resets)) accounts_[operation.account] = account;
  return refused(account_exists);
}

std::optional<std::string_view> BookModel::refusal_of_leg(const BookLeg& leg) const {
  const auto account = accounts_.find(leg.account);
  if (leg.amount <= 0) return refusals[1];
  if (account == accounts_.end()) return refusals[2];
  const bool foreign = account->second.currency != leg.currency;
  return foreign && !has(account_currency_ignored) ? std::optional(refusals[3]) : std::nullopt;
}

// The first in the order of the contract, unless a mistake looks at the legs one by one.
std::optional<std::string_view> BookModel::refusal_of(const Legs& legs) const {
  if (legs.size() < 2 && !has(one_leg_is_enough)) return refusals[0];
  std::optional<std::string_view> first;
  for (const auto& leg : legs) {
    const auto refusal = refusal_of_leg(leg);
    const auto place = [](std::string_view code) { return std::ranges::find(refusals, code); };
    if (refusal && (!first || place(*refusal) < place(*first))) first = refusal;
    if (first && has(leg_by_leg)) break;
  }
  return first ? first : refusal_of_sums(legs);
}

std::optional<std::string_view> BookModel::refusal_of_sums(const Legs& legs) const {
  std::map<std::string, BookTotals> sums;
  std::map<std::string, double> doubles;
  for (const auto& leg : legs) {
    const std::string currency = has(currencies_together) ? "" : leg.currency;
    const double amount = static_cast<double>(leg.amount);
    doubles[currency] += leg.debit ? amount : -amount;
    if (!add(sums[currency], leg, has(sums_wrap))) {
      return refusals[has(overflow_is_unbalanced) ? 5 : 4];
    }
  }
  if (has(sums_not_compared)) return std::nullopt;
  if (has(in_doubles)) {
    const bool even = std::ranges::all_of(doubles, [](const auto& one) { return one.second == 0; });
    return even ? std::nullopt : std::optional(refusals[5]);
  }
  const bool even = std::ranges::all_of(
      sums, [](const auto& one) { return one.second.debits == one.second.credits; });
  return even ? std::nullopt : std::optional(refusals[5]);
}

bool BookModel::add(BookTotals& totals, const BookLeg& leg, bool wraps) const {
  std::int64_t& side = leg.debit ? totals.debits : totals.credits;
  std::int64_t sum = 0;
  const bool overflows = __builtin_add_overflow(side, leg.amount, &sum);
  if (overflows && !wraps) return false;
  side = wrapped_sum(side, leg.amount);
  return true;
}

bool BookModel::is_below_floor(const BookAccount& account) const {
  if (!account.floor || has(floor_ignored)) return false;
  const std::int64_t has_left = account.totals.credits - account.totals.debits;
  return has_left < *account.floor || (has(floor_one_early) && has_left == *account.floor);
}

std::optional<std::string_view> BookModel::apply(const Legs& legs, Accounts& accounts) const {
  bool too_low_meanwhile = false;
  for (const auto& leg : legs) {
    const auto found = accounts.find(leg.account);
    if (found == accounts.end()) continue;
    BookAccount& account = found->second;
    if (has(last_leg_wins)) account.totals = accounts_.at(leg.account).totals;
    if (!add(account.totals, leg, has(balances_wrap))) return refusals[6];
    too_low_meanwhile = too_low_meanwhile || is_below_floor(account);
  }
  if (has(floor_leg_by_leg)) return too_low_meanwhile ? std::optional(refusals[7]) : std::nullopt;
  const bool low = std::ranges::any_of(legs, [&](const auto& leg) {
    const auto found = accounts.find(leg.account);
    return found != accounts.end() && is_below_floor(found->second);
  });
  return low ? std::optional(refusals[7]) : std::nullopt;
}

// What a ledger has done by the time that it finds something wrong.
void BookModel::keep_first_legs(const Legs& legs) {
  for (const auto& leg : legs) {
    if (refusal_of_leg(leg)) return;
    if (!add(accounts_.at(leg.account).totals, leg, false)) return;
  }
}

}  // namespace assay::graders::payment_ledger
