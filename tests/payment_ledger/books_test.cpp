// Goal: level 1's judge is right both ways. Method: the model is compared with a second opinion
// that computes in 128 bits from a list of all legs; what a ledger with a known mistake answers to
// a check's plan must fail that check, and right answers must not, also after any shortening.
#include "graders/payment_ledger/books/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "check/audit.hpp"
#include "graders/payment_ledger/books/plans.hpp"
#include "graders/payment_ledger/books/story.hpp"

namespace assay::graders::payment_ledger {
namespace {

using Plan = BookPlan (*)(base::Random&);

const std::map<std::string, Plan> plans{{"whole", plan_whole},
                                        {"currencies", plan_currencies},
                                        {"several_legs", plan_several_legs},
                                        {"overflow", plan_overflow},
                                        {"exactness", plan_exactness}};

std::string line_of(const BookAnswer& answer) {
  switch (answer.kind) {
    case BookAnswer::Kind::refused:
      return fmt::format(R"(422 {{"error": {{"code": "{}"}}}})", answer.code);
    case BookAnswer::Kind::totals:
      return fmt::format(R"(200 {{"debits": {}, "credits": {}}})", answer.debits, answer.credits);
    default:
      return "201 {}";
  }
}

grade::Performance performed(const grade::Script& script, BookMistake mistake) {
  BookModel model(mistake);
  grade::Performance performance{{{script.setup, "ok"}}, ""};
  for (const auto& line : script.operations) {
    performance.exchanges.push_back({line, line_of(model.answer(parse_book_operation(line)))});
  }
  return performance;
}

// Whether some script of the plan shows the mistake.
bool catches(Plan plan, BookMistake mistake, bool reasons_matter, std::uint64_t seed) {
  base::Random random(seed);
  return std::ranges::any_of(plan(random), [&](const auto& script) {
    return first_wrong_answer(performed(script, mistake), reasons_matter).has_value();
  });
}

// All legs that were posted, and sums in 128 bits.
class SecondOpinion {
 public:
  std::string answer(const BookOperation& operation) {
    if (operation.kind == BookOperation::Kind::open) {
      const bool is_new = accounts_.emplace(operation.account, operation).second;
      return is_new ? "done" : "refused: account_exists";
    }
    if (operation.kind == BookOperation::Kind::look) {
      if (accounts_.count(operation.account) == 0) return "refused: unknown_account";
      return fmt::format("debits {}, credits {}",
                         check::in_words(sum(posted_, operation.account, true)),
                         check::in_words(sum(posted_, operation.account, false)));
    }
    const std::string refusal = refusal_of(operation.legs);
    if (!refusal.empty()) return "refused: " + refusal;
    posted_.insert(posted_.end(), operation.legs.begin(), operation.legs.end());
    return "done";
  }

 private:
  using Sum = check::AuditSum;
  static constexpr Sum most = INT64_MAX;

  static Sum sum(const std::vector<BookLeg>& legs, const std::string& of, bool debits) {
    Sum total = 0;
    for (const auto& leg : legs) {
      if ((leg.account == of || leg.currency == of) && leg.debit == debits) total += leg.amount;
    }
    return total;
  }

  std::string refusal_of(const std::vector<BookLeg>& legs) const {
    std::set<std::size_t> reasons;
    if (legs.size() < 2) reasons.insert(0);
    for (const auto& leg : legs) {
      if (leg.amount <= 0) reasons.insert(1);
      const auto account = accounts_.find(leg.account);
      if (account == accounts_.end())
        reasons.insert(2);
      else if (account->second.currency != leg.currency)
        reasons.insert(3);
    }
    if (reasons.empty()) add_reasons_of_sums(legs, reasons);
    return reasons.empty() ? "" : std::string(refusals.at(*reasons.begin()));
  }

  void add_reasons_of_sums(const std::vector<BookLeg>& legs, std::set<std::size_t>& reasons) const {
    auto all = posted_;
    all.insert(all.end(), legs.begin(), legs.end());
    for (const auto& leg : legs) {
      const Sum debits = sum(legs, leg.currency, true);
      const Sum credits = sum(legs, leg.currency, false);
      if (std::max(debits, credits) > most) reasons.insert(4);
      if (debits != credits) reasons.insert(5);
      const Sum had = sum(all, leg.account, true);
      const Sum has = sum(all, leg.account, false);
      if (std::max(had, has) > most) reasons.insert(6);
      const auto floor = accounts_.at(leg.account).floor;
      if (floor && has - had < *floor) reasons.insert(7);
    }
  }

  std::map<std::string, BookOperation> accounts_;
  std::vector<BookLeg> posted_;
};

std::string plain(std::string words) {
  if (words.starts_with("debits")) std::erase(words, ',');
  return words;
}

TEST(Books, ModelAgreesWithASecondOpinion) {
  for (const auto& [name, plan] : plans) {
    base::Random random(7);
    for (const auto& script : plan(random)) {
      if (script.operations.size() > 500) continue;  // the second opinion is slow
      BookModel model;
      SecondOpinion opinion;
      for (const auto& line : script.operations) {
        const auto operation = parse_book_operation(line);
        ASSERT_EQ(plain(in_words(model.answer(operation))), plain(opinion.answer(operation)))
            << name << ": " << line;
      }
    }
  }
}

TEST(Books, RightAnswersPassAlsoInShorterScripts) {
  for (const auto& [name, plan] : plans) {
    base::Random random(11);
    for (auto script : plan(random)) {
      for (int shorter = 0; shorter < 3; ++shorter) {
        ASSERT_FALSE(first_wrong_answer(performed(script, BookMistake::none), true)) << name;
        std::erase_if(script.operations, [&](const auto&) { return random.chance(0.3); });
      }
    }
  }
}

TEST(Books, EveryMistakeIsCaughtByTheCheckThatIsAboutIt) {
  using enum BookMistake;
  const std::vector<std::pair<BookMistake, std::string>> expected{
      {legs_stay, "whole"},
      {one_leg_is_enough, "whole"},
      {sums_not_compared, "whole"},
      {opening_resets, "whole"},
      {sides_swapped, "whole"},
      {currencies_together, "currencies"},
      {account_currency_ignored, "currencies"},
      {last_leg_wins, "several_legs"},
      {floor_leg_by_leg, "several_legs"},
      {floor_one_early, "several_legs"},
      {floor_ignored, "several_legs"},
      {sums_wrap, "overflow"},
      {balances_wrap, "overflow"},
      {in_doubles, "overflow"},
      {leg_by_leg, "exactness"},
      {overflow_is_unbalanced, "exactness"}};
  EXPECT_EQ(expected.size(), std::size(all_book_mistakes));
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const auto& [mistake, check] : expected) {
      EXPECT_TRUE(catches(plans.at(check), mistake, check == "exactness", seed))
          << check << " misses: " << in_words(mistake);
    }
  }
}

TEST(Books, AnotherReasonCostsOnlyTheCheckThatIsAboutReasons) {
  for (const auto& [name, plan] : plans) {
    if (name == "exactness") continue;
    EXPECT_FALSE(catches(plan, BookMistake::leg_by_leg, false, 3)) << name;
  }
}

TEST(Books, RandomEntriesMeetEveryReasonToRefuse) {
  base::Random random(5);
  std::map<std::string, int> met;
  for (const auto& script : plan_exactness(random)) {
    BookModel model;
    for (const auto& line : script.operations) {
      ++met[in_words(model.answer(parse_book_operation(line))).substr(0, 30)];
    }
  }
  for (const auto code : refusals) EXPECT_GE(met[fmt::format("refused: {}", code)], 5) << code;
  EXPECT_GE(met["done"], 1'000);
}

TEST(Books, OperationsSurviveTheirLines) {
  for (const auto& [name, plan] : plans) {
    base::Random random(2);
    for (const auto& script : plan(random)) {
      for (const auto& line : script.operations) {
        ASSERT_EQ(to_line(parse_book_operation(line)), line);
      }
    }
  }
}

TEST(Books, AFailureShowsTheAccountsAndTheUnbalancedLeg) {
  const std::string open = R"(POST /v1/accounts {"id":"a","currency":"USD"})";
  const std::string other = R"(POST /v1/accounts {"id":"b","currency":"USD"})";
  const BookOperation entry{
      BookOperation::Kind::post, "", "", {}, {{"a", true, 7, "USD"}, {"b", false, 9, "USD"}}};
  const grade::Performance performance{
      {{books_setup, "ok"}, {open, "201"}, {other, "201"}, {to_line(entry), "201"}}, ""};
  const auto wrong = first_wrong_answer(performance, false);
  ASSERT_TRUE(wrong);
  grade::CheckResult result;
  tell_books(performance, *wrong, result);
  EXPECT_NE(result.picture.find("9   ◄ unbalanced"), std::string::npos) << result.picture;
  EXPECT_NE(result.picture.find("debits 7, credits 9: 2 apart"), std::string::npos);
  EXPECT_EQ(result.reason, "debit a 7 USD; credit b 9 USD: done, but should be refused");
  EXPECT_EQ(book_look_alikes(performance),
            std::vector<std::string>{"debits and credits are never compared"});
}

}  // namespace
}  // namespace assay::graders::payment_ledger
