// The checks of level 2: requests that are sent again, and what is split.
#include <memory>
#include <utility>

#include "grade/http_script_check.hpp"
#include "graders/payment_ledger/allocations/check.hpp"
#include "graders/payment_ledger/charges/at_once.hpp"
#include "graders/payment_ledger/charges/judge.hpp"
#include "graders/payment_ledger/charges/plans.hpp"
#include "graders/payment_ledger/charges/surroundings.hpp"
#include "graders/payment_ledger/checks.hpp"

namespace assay::graders::payment_ledger {
namespace {

class ChargeCheck final : public grade::HttpScriptCheck {
 public:
  using Planner = ChargePlan (*)(base::Random&);

  ChargeCheck(grade::CheckInfo info, Planner planner)
      : HttpScriptCheck(std::move(info)), planner_(planner) {}

  std::vector<std::string> kept_fields() const override { return {replayed_field}; }

  std::unique_ptr<grade::HttpSurroundings> surround(grade::HttpSubject& subject) const override {
    return std::make_unique<ProcessorBeside>(subject);
  }

  ChargePlan plan(base::Random& random) const override { return planner_(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    return first_wrong_charge(performance);
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    tell_charges(performance, violation, result);
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    return charge_look_alikes(performance);
  }

 private:
  const Planner planner_;
};

}  // namespace

void add_charge_checks(Checks& checks) {
  int place = 0;
  const auto info = [&](const char* slug, const char* title, double points) {
    return grade::CheckInfo{"2." + std::to_string(++place), slug, 2, title, "correctness", points};
  };
  const auto add = [&](const char* slug, const char* title, double points,
                       ChargeCheck::Planner planner) {
    checks.push_back(std::make_unique<ChargeCheck>(info(slug, title, points), planner));
  };
  add("replay", "answers a repeated request as the first time, and does nothing", 3, plan_replay);
  add("scope", "keeps callers apart who choose the same key", 2, plan_scope);
  add("mismatch", "refuses a known key with other parameters", 2, plan_mismatch);
  add("unsaved", "remembers nothing of a request that did nothing", 2, plan_unsaved);
  add("expiry", "forgets a key after 24 hours, and not before", 1, plan_expiry);
  checks.push_back(
      make_charges_at_once_check(info("at_once", "charges once, however many ask at once", 3)));
  checks.push_back(
      make_allocation_check(info("allocation", "splits a payment without losing a unit", 2)));
}

}  // namespace assay::graders::payment_ledger
