// The checks of level 6: an organisation, its keys, their routes.
#include <memory>
#include <utility>

#include "graders/rate_limiter/checks.hpp"
#include "graders/rate_limiter/tree/judge.hpp"
#include "graders/rate_limiter/tree/plans.hpp"
#include "graders/rate_limiter/tree/story.hpp"

namespace assay::graders::rate_limiter {
namespace {

class TreeCheck final : public grade::ScriptCheck {
 public:
  using Planner = Plan (*)(base::Random&);

  TreeCheck(grade::CheckInfo info, Planner planner, TreeAspects aspects)
      : ScriptCheck(std::move(info)), planner_(planner), aspects_(aspects) {}

  Plan plan(base::Random& random) const override { return planner_(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    const auto wrong = first_wrong(performance, aspects_);
    if (!wrong) return std::nullopt;
    return grade::Violation{wrong->index, wrong->kind};
  }

  std::vector<std::string> simpler(const std::string& line) const override {
    TreeOperation operation = parse_tree_operation(line);
    std::vector<std::string> forms;
    for (std::int64_t cost = 1; cost < std::min(operation.cost, simple_cost_max); ++cost) {
      forms.push_back(operation_line(
          {operation.at_ns, operation.key, operation.route, cost, operation.counted}));
    }
    return forms;
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    tell_tree(performance, violation, aspects_, result);
  }

  std::vector<std::string> look_alikes(const grade::Performance& performance) const override {
    return tree_look_alikes(performance);
  }

 private:
  static constexpr std::int64_t simple_cost_max = 4;

  const Planner planner_;
  const TreeAspects aspects_;
};

}  // namespace

void add_tree_checks(Checks& checks) {
  int place = 0;
  const auto add = [&](const char* slug, const char* title, double points,
                       TreeCheck::Planner planner, TreeAspects aspects) {
    const std::string id = "6." + std::to_string(++place);
    checks.push_back(std::make_unique<TreeCheck>(
        grade::CheckInfo{id, slug, 6, title, "correctness", points}, planner, aspects));
  };
  add("tree", "takes everywhere or nowhere, and says who denies, until when", 3, plan_tree,
      {.who_denies = true, .retry_after = true});
  add("rates", "gains 7 tokens in 3 s, and takes price times cost, exactly", 2, plan_rates, {});
  add("guarantee", "never denies a key its share, and lends no other's", 3, plan_guarantee, {});
  add("sharing", "lends all that is unused, by weight", 3, plan_sharing, {.sharing = true});
  add("dark_launch", "counts what a dark node would deny, and denies none of it", 1, plan_dark,
      {.who_denies = true, .retry_after = true, .sharing = true, .counts = true});
}

}  // namespace assay::graders::rate_limiter
