#include "graders/payment_ledger/books/plans.hpp"

#include <limits>

#include "graders/payment_ledger/books/writer.hpp"

namespace assay::graders::payment_ledger {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t exact_in_doubles = std::int64_t{1} << 53;

const std::vector<std::string> currencies{"USD", "EUR", "JPY", "KWD"};

// Each of them is wrong somewhere, and right in its first legs.
std::vector<std::vector<BookLeg>> wrong_entries(BookWriter& book, const std::string& from,
                                                const std::string& to, const std::string& currency,
                                                const std::string& other) {
  const std::int64_t amount = book.amount();
  const BookLeg first = debit(from, amount, currency);
  const BookLeg second = credit(to, amount, currency);
  return {{},
          {first},
          {first, credit(to, amount + 1, currency)},
          {first, second, credit(book.unused_name(), 1, currency)},
          {first, second, debit(from, 0, currency)},
          {first, second, debit(from, -1, currency), credit(to, -1, currency)},
          {first, second, credit(from, 1, currency)},
          {first, second, debit(from, 1, other), credit(to, 1, other)}};
}

grade::Script whole_script(base::Random& random) {
  BookWriter book(random);
  const std::string currency = random.one_of(currencies);
  const std::string other = currency == "USD" ? "EUR" : "USD";
  const auto from = book.open(currency);
  const auto to = book.open(currency);
  const auto third = book.open(currency);
  book.look_at_all();
  book.move(from, to, book.amount(), currency);
  book.look_at_all();
  const std::int64_t part = book.amount();
  book.post(
      {credit(third, part, currency), debit(to, part + 7, currency), credit(from, 7, currency)});
  book.look_at_all();
  for (const auto& wrong : wrong_entries(book, from, to, currency, other)) {
    book.post(wrong);
    book.look_at_all();
  }
  book.look(book.unused_name());
  book.open_again(to, currency);
  book.open_again(from, other, 0);
  book.look_at_all();
  book.move(to, third, book.amount(), currency);
  book.look_at_all();
  return book.script();
}

}  // namespace

BookPlan plan_whole(base::Random& random) { return {whole_script(random), whole_script(random)}; }

BookPlan plan_currencies(base::Random& random) {
  BookWriter book(random);
  const auto dollars = book.open("USD");
  const auto more_dollars = book.open("USD");
  const auto yen = book.open("JPY");
  const auto more_yen = book.open("JPY");
  const std::int64_t amount = book.amount();
  const std::int64_t rate = random.between(2, 150);
  // An exchange: each currency is balanced by itself.
  book.post({debit(dollars, amount, "USD"), credit(more_dollars, amount, "USD"),
             debit(more_yen, amount * rate, "JPY"), credit(yen, amount * rate, "JPY")});
  book.look_at_all();
  // As many dollars as yen are not the same money.
  book.post({debit(dollars, amount, "USD"), credit(yen, amount, "JPY")});
  book.look_at_all();
  book.post({debit(dollars, amount, "USD"), credit(more_dollars, amount - 1, "USD"),
             debit(yen, amount, "JPY"), credit(more_yen, amount + 1, "JPY")});
  book.look_at_all();
  // An account has one currency, whatever a leg says.
  book.post({debit(dollars, amount, "JPY"), credit(yen, amount, "JPY")});
  book.look_at_all();
  book.post({debit(dollars, amount, "USD"), credit(more_yen, amount, "USD")});
  book.look_at_all();
  book.post({debit(dollars, amount, "USD"), credit(more_dollars, amount, "USD"),
             debit(yen, 1, "EUR"), credit(more_yen, 1, "EUR")});
  book.look_at_all();
  book.move(yen, more_yen, amount, "JPY");
  book.look_at_all();
  return {book.script()};
}

BookPlan plan_several_legs(base::Random& random) {
  BookWriter book(random);
  const std::int64_t floor = -random.between(0, 1) * book.amount();
  const auto bank = book.open("USD");
  const auto customer = book.open("USD", floor);
  const auto shop = book.open("USD", 0);
  const std::int64_t paid = book.amount() + 10;
  // One account in several legs, on one side and on both.
  book.post({debit(bank, paid, "USD"), credit(customer, paid - 3, "USD"),
             credit(customer, 2, "USD"), credit(customer, 1, "USD")});
  book.look_at_all();
  book.post({debit(customer, 5, "USD"), credit(customer, 5, "USD")});
  book.look_at_all();
  // Its floor is for what it has in the end, and not in between.
  const std::int64_t all = paid - floor;
  book.post(
      {debit(customer, all + 9, "USD"), credit(customer, 10, "USD"), credit(shop, all - 1, "USD")});
  book.look_at_all();
  book.move(customer, shop, 2, "USD");
  book.look_at_all();
  book.move(customer, shop, 1, "USD");
  book.look_at_all();
  book.move(customer, shop, 1, "USD");
  book.look_at_all();
  book.post({credit(customer, 1, "USD"), debit(customer, 1, "USD"), debit(shop, all, "USD"),
             credit(customer, all, "USD")});
  book.look_at_all();
  book.post({debit(customer, 4, "USD"), credit(shop, 3, "USD"), credit(shop, 1, "USD"),
             debit(shop, 5, "USD"), credit(bank, 5, "USD")});
  book.look_at_all();
  return {book.script()};
}

BookPlan plan_overflow(base::Random& random) {
  BookWriter sums(random);
  const auto one = sums.open("USD");
  const auto two = sums.open("USD");
  const auto three = sums.open("USD");
  const auto four = sums.open("USD");
  const std::int64_t half = largest / 2 + 1 + random.between(0, 99'999);
  // Two of them wrap around to the same number on both sides, four to 0.
  sums.post({debit(one, half, "USD"), debit(two, half, "USD"), credit(three, half, "USD"),
             credit(four, half, "USD")});
  sums.look_at_all();
  sums.post({debit(one, largest, "USD"), debit(two, largest, "USD"), debit(three, 2, "USD"),
             credit(four, smallest, "USD")});
  sums.post({debit(one, largest, "USD"), credit(two, largest, "USD"), debit(three, 1, "USD"),
             credit(four, 1, "USD")});
  sums.look_at_all();
  // Large, and all right; then different by one, which doubles of that size can't tell.
  const std::int64_t large = exact_in_doubles * 4 + 8 * random.between(0, 99'999) + 1;
  sums.move(one, two, large, "USD");
  sums.look_at_all();
  sums.post({debit(one, large, "USD"), credit(two, large - 1, "USD")});
  sums.look_at_all();
  sums.move(three, four, largest, "USD");
  sums.look_at_all();

  BookWriter totals(random);
  const auto from = totals.open("JPY");
  const auto to = totals.open("JPY");
  const auto spare = totals.open("JPY");
  const std::int64_t rest = totals.amount();
  totals.move(from, to, largest - rest, "JPY");
  totals.look_at_all();
  totals.move(spare, to, rest + 1, "JPY");
  totals.look_at_all();
  totals.post({debit(from, rest, "JPY"), debit(from, 1, "JPY"), credit(spare, rest + 1, "JPY")});
  totals.look_at_all();
  totals.move(from, to, rest, "JPY");
  totals.look_at_all();
  totals.move(to, from, 1, "JPY");
  totals.look_at_all();
  return {sums.script(), totals.script()};
}

}  // namespace assay::graders::payment_ledger
