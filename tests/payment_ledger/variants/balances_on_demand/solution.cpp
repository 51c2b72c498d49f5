// Keeps what was posted, and adds it up in 128 bits when somebody asks.
#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "api.hpp"

namespace payment_ledger {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

__extension__ using Wide = __int128;

struct WideTotals {
  Wide debits = 0;
  Wide credits = 0;

  void add(const Leg& leg) { (leg.side == Side::debit ? debits : credits) += leg.amount; }
  bool fit() const { return std::max(debits, credits) <= std::numeric_limits<Amount>::max(); }
};

class Journal final : public Ledger {
 public:
  bool open(const Account& account) override {
    return accounts_.emplace(account.id, account).second;
  }

  std::optional<Refusal> post(std::span<const Leg> legs) override {
    const auto refusal = refusal_of(legs);
    if (!refusal) journal_.insert(journal_.end(), legs.begin(), legs.end());
    return refusal;
  }

  std::optional<Totals> totals(std::string_view account) const override {
    if (!accounts_.contains(account)) return std::nullopt;
    const WideTotals sums = sums_of(account, journal_);
    return Totals{static_cast<Amount>(sums.debits), static_cast<Amount>(sums.credits)};
  }

 private:
  static WideTotals sums_of(std::string_view account, std::span<const Leg> legs,
                            WideTotals sums = {}) {
    for (const Leg& leg : legs) {
      if (leg.account == account) sums.add(leg);
    }
    return sums;
  }

  std::optional<Refusal> refusal_of(std::span<const Leg> legs) const {
    auto worst = legs.size() < 2 ? std::optional(Refusal::too_few_legs) : std::nullopt;
    const auto note = [&](Refusal refusal) { worst = worst ? std::min(*worst, refusal) : refusal; };
    for (const Leg& leg : legs) {
      const auto account = accounts_.find(leg.account);
      if (leg.amount <= 0) note(Refusal::amount_not_positive);
      if (account == accounts_.end()) {
        note(Refusal::unknown_account);
      } else if (account->second.currency != leg.currency) {
        note(Refusal::wrong_currency);
      }
    }
    if (!worst) note_sums(legs, note);
    if (!worst) note_totals(legs, note);
    return worst;
  }

  template <class Note>
  static void note_sums(std::span<const Leg> legs, const Note& note) {
    std::map<std::string, WideTotals> sums;
    for (const Leg& leg : legs) sums[leg.currency].add(leg);
    for (const auto& [currency, sum] : sums) {
      if (!sum.fit()) note(Refusal::sum_overflow);
      if (sum.debits != sum.credits) note(Refusal::unbalanced);
    }
  }

  template <class Note>
  void note_totals(std::span<const Leg> legs, const Note& note) const {
    for (const Leg& leg : legs) {
      const WideTotals after = sums_of(leg.account, legs, sums_of(leg.account, journal_));
      const auto floor = accounts_.find(leg.account)->second.floor;
      if (!after.fit()) note(Refusal::balance_overflow);
      if (floor && after.credits - after.debits < *floor) note(Refusal::below_floor);
    }
  }

  std::map<std::string, Account, std::less<>> accounts_;
  std::vector<Leg> journal_;
};

}  // namespace

std::unique_ptr<Ledger> make_ledger() { return std::make_unique<Journal>(); }

}  // namespace payment_ledger
