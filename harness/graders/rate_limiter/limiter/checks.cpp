// The checks of levels 1 and 2. Each compares a subject's decisions with the judge's, call by call,
// in the aspects that the check is about.
#include "graders/rate_limiter/checks.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "graders/rate_limiter/limiter/judge.hpp"
#include "graders/rate_limiter/limiter/plans.hpp"
#include "graders/rate_limiter/limiter/retell.hpp"
#include "graders/rate_limiter/limiter/story.hpp"
#include "graders/rate_limiter/limiter/worst_window.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

class LimiterCheck final : public grade::ScriptCheck {
 public:
  using Planner = std::function<Plan(base::Random&)>;

  LimiterCheck(grade::CheckInfo info, Planner planner, Aspects aspects, bool windows)
      : ScriptCheck(std::move(info)),
        planner_(std::move(planner)),
        aspects_(aspects),
        windows_(windows) {}

  Plan plan(base::Random& random) const override { return planner_(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    const auto [policy, calls, answers] = played(performance);
    const auto wrong = first_wrong(policy, calls, answers, aspects_);
    if (!wrong) return std::nullopt;
    return grade::Violation{wrong->index + 1, wrong->difference};
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
    tell(performance, violation, aspects_, result);
  }

  // The worst window that the plan's first script (plans.hpp) met, if it was answered: what the
  // algorithms are told apart by.
  void add_metrics(const grade::Conversation& planned, grade::CheckResult& result) const override {
    const auto& all = planned.exchanges;
    const auto is_setup = [](const auto& one) { return one.asked.starts_with("limiter "); };
    if (!windows_ || !is_setup(all.front())) return;
    const auto end = std::find_if(all.begin() + 1, all.end(), is_setup);
    const auto first = played({{all.begin(), end}, {}});
    const bool all_answered = first.answers.size() == first.calls.size() &&
                              std::all_of(first.answers.begin(), first.answers.end(),
                                          [](const auto& answer) { return answer.has_value(); });
    if (!all_answered) return;
    result.metrics["worst_window_limit"] = static_cast<double>(first.policy.limit);
    result.metrics["admitted_in_worst_window"] = admitted_in_worst_window(first);
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    return rate_limiter::look_alikes(performance);
  }

 private:
  static constexpr std::int64_t simple_cost_max = 4;

  Planner planner_;
  Aspects aspects_;
  bool windows_;
};

}  // namespace

std::unique_ptr<grade::ScriptCheck> make_kept_check(grade::CheckInfo info,
                                                    const grade::Script& script) {
  info.level = parse_policy(script.setup).kind == Kind::token_bucket ? 1 : 2;
  return std::make_unique<LimiterCheck>(
      std::move(info), [script](base::Random&) { return Plan{script}; },
      Aspects{.remaining = true, .retry_after = true}, false);
}

void add_limiter_checks(Checks& checks) {
  int level = 1;
  std::size_t before = 0;  // checks of the levels before
  const auto add = [&](const char* slug, const char* title, double points,
                       const LimiterCheck::Planner& planner, Aspects aspects, bool windows = false,
                       const char* category = "correctness") {
    const std::string id = std::to_string(level) + "." + std::to_string(checks.size() - before + 1);
    const grade::CheckInfo info{id, slug, level, title, category, points};
    checks.push_back(std::make_unique<LimiterCheck>(info, planner, aspects, windows));
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

  level = 2;
  before = checks.size();
  add("gcra", "answers as the token bucket does, and keeps a time instead", 3, plan_gcra,
      everything, true);
  add("fixed_window", "admits its limit in each window of the clock", 2, plan_fixed_window,
      everything, true);
  add("sliding_log", "admits its limit in any window, wherever it starts", 3, plan_sliding_log,
      everything, true);
  add("sliding_counter", "admits what the two counts estimate, exactly", 4, plan_sliding_counter,
      everything, true);
  add("clock_steps", "goes on as if no time had passed when the clock goes back", 3,
      plan_clock_steps, everything, false, "faults");
}

}  // namespace assay::graders::rate_limiter
