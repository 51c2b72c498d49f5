// The contract of the payment ledger, level 1: what you implement, and all that the grader relies
// on. README.md, beside this file, has the question; stub.cpp is where to start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace payment_ledger {

// Grows when a change here asks for a change in solutions.
inline constexpr int contract_version = 1;

// Money is a whole number of the currency's smallest units: cents, yen, fils. Never a fraction.
using Amount = std::int64_t;

struct Account {
  std::string id;
  std::string currency;  // "USD"
  // What the account has, credits less debits, may never be less than this, which is 0 or less.
  // Nothing: no limit.
  std::optional<Amount> floor;
};

enum class Side { debit, credit };

// One line of an entry: `amount` of `currency` on one side of an account.
struct Leg {
  std::string account;
  Side side = Side::debit;
  Amount amount = 0;
  std::string currency;
};

// All that an account was ever debited and credited. Both are at least 0.
struct Totals {
  Amount debits = 0;
  Amount credits = 0;
};

// Why an entry is refused: the first of these that holds for it, wherever in the entry that is.
enum class Refusal {
  too_few_legs,         // fewer than two
  amount_not_positive,  // of some leg
  unknown_account,
  wrong_currency,    // of some leg: not its account's
  sum_overflow,      // the debits of one currency, or its credits, add up to more than 2^63 - 1
  unbalanced,        // the debits of one currency aren't equal to its credits
  balance_overflow,  // an account's debits, or its credits, would be more than 2^63 - 1
  below_floor,       // an account would have less than its floor
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // False, and nothing changes, if there is an account with that id already.
  virtual bool open(const Account& account) = 0;

  // Posts all the legs, or refuses, and then nothing has changed. An account may be in several
  // legs, on both sides; what counts is what it has after the last. 0 to 100 legs; any amounts.
  virtual std::optional<Refusal> post(std::span<const Leg> legs) = 0;

  // Of an account; nothing if there is none.
  virtual std::optional<Totals> totals(std::string_view account) const = 0;
};

// A ledger without accounts. One thread calls it.
std::unique_ptr<Ledger> make_ledger();

}  // namespace payment_ledger
