// Entries at random, which are right or wrong in every way, and in several ways at once.
#include <algorithm>
#include <limits>
#include <map>

#include "graders/payment_ledger/books/plans.hpp"
#include "graders/payment_ledger/books/writer.hpp"

namespace assay::graders::payment_ledger {
namespace {

constexpr int short_scripts = 40;
constexpr int short_script_entries = 50;
constexpr int long_script_entries = 1'200;
constexpr int looks_between = 8;  // entries, on average

class RandomBooks {
 public:
  explicit RandomBooks(base::Random& random) : random_(random), book_(random) {
    const auto accounts = random.between(4, 8);
    for (std::int64_t i = 0; i < accounts; ++i) {
      const std::string currency = i % 3 == 2 ? "JPY" : "USD";
      const bool has_floor = random.chance(0.3);
      const std::optional<std::int64_t> floor =
          has_floor ? std::optional(-random.between(0, 50'000)) : std::nullopt;
      accounts_.emplace_back(book_.open(currency, floor), currency);
    }
  }

  grade::Script script(int entries) {
    for (int i = 0; i < entries; ++i) {
      std::vector<BookLeg> legs = balanced();
      const int faults = random_.chance(0.45) ? static_cast<int>(random_.between(1, 2)) : 0;
      for (int fault = 0; fault < faults; ++fault) spoil(legs);
      shuffle(legs);
      book_.post(std::move(legs));
      if (random_.chance(1.0 / looks_between)) book_.look(random_.one_of(accounts_).first);
    }
    book_.look_at_all();
    return book_.script();
  }

 private:
  std::int64_t amount() {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    if (random_.chance(0.03)) return largest - random_.between(0, 3);
    if (random_.chance(0.05)) return largest / 8 + random_.between(0, 1'000);
    return random_.chance(0.5) ? random_.between(1, 100) : random_.between(1, 60'000);
  }

  // Every currency's debits are its credits, in pairs; now and then one debit for several credits.
  std::vector<BookLeg> balanced() {
    std::vector<BookLeg> legs;
    const auto pairs = random_.between(1, 3);
    for (std::int64_t i = 0; i < pairs; ++i) {
      const auto& [from, currency] = random_.one_of(accounts_);
      std::int64_t left = amount();
      legs.push_back(debit(from, left, currency));
      for (int part = 0; part < 2 && left > 1 && random_.chance(0.3); ++part) {
        const std::int64_t some = random_.between(1, left - 1);
        legs.push_back(credit(account_in(currency), some, currency));
        left -= some;
      }
      legs.push_back(credit(account_in(currency), left, currency));
    }
    return legs;
  }

  std::string account_in(const std::string& currency) {
    std::string name;
    do {
      const auto& [account, its_currency] = random_.one_of(accounts_);
      if (its_currency == currency) name = account;
    } while (name.empty());
    return name;
  }

  void spoil(std::vector<BookLeg>& legs) {
    if (legs.empty()) return;
    BookLeg& leg = legs[static_cast<std::size_t>(
        random_.between(0, static_cast<std::int64_t>(legs.size()) - 1))];
    switch (random_.between(0, 7)) {
      case 0:
        leg.account = book_.unused_name();
        break;
      case 1:
        leg.currency = leg.currency == "USD" ? "JPY" : "USD";
        break;
      case 2:
        leg.amount = random_.chance(0.5) ? 0 : -random_.between(1, 9);
        break;
      case 3:
        leg.amount = std::numeric_limits<std::int64_t>::max();
        break;
      case 4:
        leg.debit = !leg.debit;
        break;
      case 5:
        legs.resize(static_cast<std::size_t>(random_.between(0, 1)));
        break;
      case 6:
        leg.account = random_.one_of(accounts_).first;
        break;
      default:
        leg.amount += leg.amount > 1 && random_.chance(0.5) ? -1 : 0;
        break;
    }
  }

  void shuffle(std::vector<BookLeg>& legs) {
    for (std::size_t i = 1; i < legs.size(); ++i) {
      const auto other = random_.between(0, static_cast<std::int64_t>(i));
      std::swap(legs[i], legs[static_cast<std::size_t>(other)]);
    }
  }

  base::Random& random_;
  BookWriter book_;
  std::vector<std::pair<std::string, std::string>> accounts_;  // and their currencies
};

}  // namespace

BookPlan plan_exactness(base::Random& random) {
  BookPlan plan;
  for (int i = 0; i < short_scripts; ++i) {
    plan.push_back(RandomBooks(random).script(short_script_entries));
  }
  plan.push_back(RandomBooks(random).script(long_script_entries));
  return plan;
}

}  // namespace assay::graders::payment_ledger
