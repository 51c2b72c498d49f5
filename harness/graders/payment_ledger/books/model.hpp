// Double entry, exactly; and as ledgers with a known mistake do it. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graders/payment_ledger/books/script.hpp"

namespace assay::graders::payment_ledger {

// No mistake is simulated that needs to know how a solution keeps its accounts.
enum class BookMistake {
  none,
  legs_stay,
  one_leg_is_enough,
  sums_not_compared,
  opening_resets,
  currencies_together,
  account_currency_ignored,
  last_leg_wins,
  floor_leg_by_leg,
  floor_one_early,
  floor_ignored,
  sums_wrap,
  balances_wrap,
  in_doubles,
  leg_by_leg,
  overflow_is_unbalanced,
  sides_swapped,
};
inline constexpr BookMistake all_book_mistakes[] = {
    BookMistake::legs_stay,
    BookMistake::one_leg_is_enough,
    BookMistake::sums_not_compared,
    BookMistake::opening_resets,
    BookMistake::currencies_together,
    BookMistake::account_currency_ignored,
    BookMistake::last_leg_wins,
    BookMistake::floor_leg_by_leg,
    BookMistake::floor_one_early,
    BookMistake::floor_ignored,
    BookMistake::sums_wrap,
    BookMistake::balances_wrap,
    BookMistake::in_doubles,
    BookMistake::leg_by_leg,
    BookMistake::overflow_is_unbalanced,
    BookMistake::sides_swapped,
};
std::string_view in_words(BookMistake mistake);

struct BookTotals {
  std::int64_t debits = 0;
  std::int64_t credits = 0;
};

struct BookAccount {
  std::string currency;
  std::optional<std::int64_t> floor;
  BookTotals totals;
};

class BookModel {
 public:
  explicit BookModel(BookMistake mistake = BookMistake::none) : mistake_(mistake) {}

  BookAnswer answer(const BookOperation& operation);

  const std::map<std::string, BookAccount>& accounts() const { return accounts_; }

 private:
  using Legs = std::vector<BookLeg>;
  using Accounts = std::map<std::string, BookAccount>;

  bool has(BookMistake mistake) const { return mistake_ == mistake; }
  BookAnswer open(const BookOperation& operation);
  std::optional<std::string_view> refusal_of(const Legs& legs) const;
  std::optional<std::string_view> refusal_of_leg(const BookLeg& leg) const;
  std::optional<std::string_view> refusal_of_sums(const Legs& legs) const;
  std::optional<std::string_view> apply(const Legs& legs, Accounts& accounts) const;
  bool add(BookTotals& totals, const BookLeg& leg, bool wraps) const;
  bool is_below_floor(const BookAccount& account) const;
  void keep_first_legs(const Legs& legs);

  const BookMistake mistake_;
  Accounts accounts_;
};

}  // namespace assay::graders::payment_ledger
