// Double entry in whole units. DESIGN.md, beside this file, says why it is built so.
#include <algorithm>
#include <map>

#include "api.hpp"

namespace payment_ledger {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

// Adds to the side of the leg, unless the sum is too large.
bool add(Totals& totals, const Leg& leg) {
  Amount& side = leg.side == Side::debit ? totals.debits : totals.credits;
  return !__builtin_add_overflow(side, leg.amount, &side);
}

class BookLedger final : public Ledger {
 public:
  bool open(const Account& account) override {
    totals_.try_emplace(account.id);
    return accounts_.try_emplace(account.id, account).second;
  }

  // Works out what all accounts would have, and writes it once nothing can fail any more.
  std::optional<Refusal> post(std::span<const Leg> legs) override {
    const auto empty = [](const Leg& leg) { return leg.amount <= 0; };
    const auto lost = [&](const Leg& leg) { return !accounts_.contains(leg.account); };
    const auto foreign = [&](const Leg& leg) {
      return accounts_.at(leg.account).currency != leg.currency;
    };
    if (legs.size() < 2) return Refusal::too_few_legs;
    if (std::ranges::any_of(legs, empty)) return Refusal::amount_not_positive;
    if (std::ranges::any_of(legs, lost)) return Refusal::unknown_account;
    if (std::ranges::any_of(legs, foreign)) return Refusal::wrong_currency;
    if (const auto refusal = check_sums(legs)) return refusal;

    std::map<std::string, Totals> after;
    for (const Leg& leg : legs) {
      Totals& totals = after.try_emplace(leg.account, totals_.at(leg.account)).first->second;
      if (!add(totals, leg)) return Refusal::balance_overflow;
    }
    for (const auto& [id, totals] : after) {
      const auto floor = accounts_.at(id).floor;
      if (floor && totals.credits - totals.debits < *floor) return Refusal::below_floor;
    }
    for (const auto& [id, totals] : after) totals_.at(id) = totals;
    return std::nullopt;
  }

  std::optional<Totals> totals(std::string_view account) const override {
    const auto found = totals_.find(account);
    return found == totals_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static std::optional<Refusal> check_sums(std::span<const Leg> legs) {
    std::map<std::string_view, Totals> sums;  // of each currency
    for (const Leg& leg : legs) {
      if (!add(sums[leg.currency], leg)) return Refusal::sum_overflow;
    }
    const bool balanced = std::ranges::all_of(
        sums, [](const auto& sum) { return sum.second.debits == sum.second.credits; });
    return balanced ? std::nullopt : std::optional(Refusal::unbalanced);
  }

  std::map<std::string, Account> accounts_;
  std::map<std::string, Totals, std::less<>> totals_;
};

}  // namespace

std::unique_ptr<Ledger> make_ledger() { return std::make_unique<BookLedger>(); }

}  // namespace payment_ledger
