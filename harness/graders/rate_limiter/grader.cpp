// The checks of the rate limiter. Each compares a subject's decisions with the model's, call by
// call, in the aspects that the check is about.
#include <memory>

#include "base/text.hpp"
#include "graders/rate_limiter/plans.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/story.hpp"

namespace assay::graders::rate_limiter {
namespace {

class BucketCheck final : public grade::ScriptCheck {
 public:
  using Planner = Plan (*)(base::Random&);

  BucketCheck(grade::CheckInfo info, Planner planner, Aspects aspects)
      : ScriptCheck(std::move(info)), planner_(planner), aspects_(aspects) {}

  Plan plan(base::Random& random) const override { return planner_(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    Model model(parse_policy(performance.exchanges[0].asked));
    for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
      const auto& [asked, answered] = performance.exchanges[i];
      const auto came = answered ? parse_decision(*answered) : std::nullopt;
      if (const auto differs = difference(model.acquire(parse_call(asked)), came, aspects_)) {
        return grade::Violation{i, *differs};
      }
    }
    return std::nullopt;
  }

  std::vector<std::string> simpler(const std::string& operation) const override {
    const Call call = parse_call(operation);
    std::vector<std::string> forms;
    if (call.key != "a") forms.push_back(call_line({call.at_ns, "a", call.cost}));
    for (std::int64_t cost = 1; cost < call.cost && cost <= simple_cost_max; ++cost) {
      forms.push_back(call_line({call.at_ns, call.key, cost}));
    }
    return forms;
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    tell(performance, violation, result);
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    return rate_limiter::look_alikes(performance);
  }

 private:
  static constexpr std::int64_t simple_cost_max = 4;

  Planner planner_;
  Aspects aspects_;
};

std::vector<std::unique_ptr<grade::Check>> make_checks() {
  std::vector<std::unique_ptr<grade::Check>> checks;
  const auto add = [&](const char* slug, const char* title, double points,
                       BucketCheck::Planner planner, Aspects aspects) {
    const std::string id = "1." + std::to_string(checks.size() + 1);
    const grade::CheckInfo info{id, slug, 1, title, "correctness", points};
    checks.push_back(std::make_unique<BucketCheck>(info, planner, aspects));
  };
  const Aspects admission;
  const Aspects with_remaining{.remaining = true};
  const Aspects with_retry_after{.retry_after = true};
  const Aspects everything{.remaining = true, .retry_after = true};

  add("capacity", "admits its capacity at once, and no more", 4, plan_capacity, admission);
  add("refill", "regains a token every interval, to the nanosecond", 6, plan_refill, admission);
  add("cost", "takes what a call costs, and only looks for 0", 3, plan_cost, with_remaining);
  add("retry_after", "says exactly when to come back", 4, plan_retry_after, with_retry_after);
  add("exactness", "stays exact over 10,000 calls and at the ends of its ranges", 3, plan_exactness,
      everything);
  return checks;
}

}  // namespace

grade::Grader make_grader() { return {1, make_checks()}; }

}  // namespace assay::graders::rate_limiter
