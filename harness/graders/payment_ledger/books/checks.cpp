// The checks of level 1: double entry, one caller, exact answers.
#include <algorithm>
#include <memory>
#include <utility>

#include "grade/http_script_check.hpp"
#include "graders/payment_ledger/books/judge.hpp"
#include "graders/payment_ledger/books/plans.hpp"
#include "graders/payment_ledger/books/story.hpp"
#include "graders/payment_ledger/checks.hpp"

namespace assay::graders::payment_ledger {
namespace {

class BookCheck final : public grade::HttpScriptCheck {
 public:
  using Planner = BookPlan (*)(base::Random&);

  BookCheck(grade::CheckInfo info, Planner planner, bool reasons_matter)
      : HttpScriptCheck(std::move(info)), planner_(planner), reasons_matter_(reasons_matter) {}

  BookPlan plan(base::Random& random) const override { return planner_(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    return first_wrong_answer(performance, reasons_matter_);
  }

  // An entry without one of its legs, or with smaller amounts.
  std::vector<std::string> simpler(const std::string& line) const override {
    const BookOperation operation = parse_book_operation(line);
    std::vector<std::string> forms;
    for (std::size_t i = 0; i < operation.legs.size(); ++i) {
      BookOperation less = operation;
      less.legs.erase(less.legs.begin() + static_cast<std::ptrdiff_t>(i));
      forms.push_back(to_line(less));
    }
    if (std::ranges::any_of(operation.legs, [](const auto& leg) { return leg.amount > 1; })) {
      BookOperation less = operation;
      for (auto& leg : less.legs) leg.amount = std::min<std::int64_t>(leg.amount, 1);
      forms.insert(forms.begin(), to_line(less));
    }
    return forms;
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    tell_books(performance, violation, result);
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    return book_look_alikes(performance);
  }

 private:
  const Planner planner_;
  const bool reasons_matter_;
};

}  // namespace

void add_book_checks(Checks& checks) {
  int place = 0;
  const auto add = [&](const char* slug, const char* title, BookCheck::Planner planner,
                       bool reasons_matter = false) {
    const std::string id = "1." + std::to_string(++place);
    checks.push_back(std::make_unique<BookCheck>(
        grade::CheckInfo{id, slug, 1, title, "correctness", 3}, planner, reasons_matter));
  };
  add("whole", "posts an entry whole, or nothing of it", plan_whole);
  add("currencies", "balances each currency by itself", plan_currencies);
  add("several_legs", "counts what an account has after the last leg", plan_several_legs);
  add("overflow", "refuses sums that don't fit in 64 bits, and only those", plan_overflow);
  add("exactness", "is right about 3,200 random entries, reasons included", plan_exactness, true);
}

}  // namespace assay::graders::payment_ledger
