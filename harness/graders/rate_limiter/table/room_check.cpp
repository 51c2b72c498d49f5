#include "graders/rate_limiter/table/room_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/script.hpp"
#include "graders/rate_limiter/table/plans.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

// Follows a script, with all the tables that there may be by now.
class Follower {
 public:
  explicit Follower(const TablePolicy& policy) : policy_(policy) {}

  // The decisions that are legal, the plainest first.
  std::vector<Decision> legal(const Call& call) const {
    std::vector<Decision> decisions;
    for (const auto& table : tables_) {
      for (const auto& outcome : outcomes(policy_, table, call)) {
        const auto& decision = outcome.decision;
        if (std::find(decisions.begin(), decisions.end(), decision) == decisions.end()) {
          decisions.push_back(decision);
        }
      }
    }
    return decisions;
  }

  // False if the decision is none of the legal ones.
  bool take(const Call& call, const Decision& came) {
    std::vector<Table> next;
    for (const auto& table : tables_) {
      for (auto& outcome : outcomes(policy_, table, call)) {
        if (outcome.decision != came) continue;
        forget_full(outcome.after, call.at_ns);
        next.push_back(std::move(outcome.after));
      }
    }
    if (next.empty()) return false;
    tables_ = std::move(next);
    return true;
  }

  bool counts(std::int64_t without_room) {
    std::erase_if(tables_, [&](const auto& each) { return each.without_room != without_room; });
    return !tables_.empty();
  }

  std::int64_t count() const { return tables_.front().without_room; }
  std::int64_t keys_held(std::int64_t at_ns) const {
    const auto& buckets = tables_.front().buckets;
    return std::count_if(buckets.begin(), buckets.end(),
                         [&](const auto& bucket) { return bucket.full_at_ns > at_ns; });
  }

 private:
  // Time goes forward here, so what is full stays so.
  static void forget_full(Table& table, std::int64_t now_ns) {
    std::erase_if(table.buckets, [&](const auto& bucket) { return bucket.full_at_ns < now_ns; });
  }

  TablePolicy policy_;
  std::vector<Table> tables_{Table{}};
};

std::string kind_of(const std::vector<Decision>& legal, const Decision& came) {
  const auto all = [&](bool admitted) {
    return std::all_of(legal.begin(), legal.end(),
                       [&](const Decision& decision) { return decision.admitted == admitted; });
  };
  if (came.admitted && all(false)) return "admitted, but should be denied";
  if (!came.admitted && all(true)) return "denied, but should be admitted";
  return "the wrong decision";
}

class RoomCheck final : public grade::ScriptCheck {
 public:
  using ScriptCheck::ScriptCheck;

  std::vector<grade::Script> plan(base::Random& random) const override { return plan_room(random); }

  std::optional<grade::Violation> violation(const grade::Performance& performance) const override {
    Follower follower(parse_table_policy(performance.exchanges[0].asked));
    for (std::size_t i = 1; i < performance.exchanges.size(); ++i) {
      const auto& [asked, answered] = performance.exchanges[i];
      if (asked == without_room_text) {
        const auto count = base::to_integer(answered.value_or(""));
        if (!count || !follower.counts(*count)) return grade::Violation{i, "a wrong count"};
        continue;
      }
      const auto came = answered ? parse_decision(*answered) : std::nullopt;
      if (!came) return grade::Violation{i, "not a decision"};
      const auto call = parse_call(asked);
      const auto legal = follower.legal(call);
      if (!follower.take(call, *came)) return grade::Violation{i, kind_of(legal, *came)};
    }
    return std::nullopt;
  }

  std::vector<std::string> simpler(const std::string& operation) const override {
    if (operation == without_room_text) return {};
    const Call call = parse_call(operation);
    if (call.cost <= 1) return {};
    return {call_line({call.at_ns, call.key, 1})};
  }

  void explain(const grade::Performance& performance, const grade::Violation& violation,
               grade::CheckResult& result) const override {
    const auto policy = parse_table_policy(performance.exchanges[0].asked);
    result.situation = in_words(policy);
    Follower follower(policy);
    for (std::size_t i = 1; i <= violation.index && i < performance.exchanges.size(); ++i) {
      result.steps.push_back(step_of(follower, performance.exchanges[i], i == violation.index));
    }
    if (result.steps.empty()) return;
    result.reason = fmt::format("{} at {}: {}", result.steps.back().did, result.steps.back().at,
                                violation.kind);
    const auto excess = result.steps.size() - std::min(result.steps.size(), grade::told_steps_max);
    result.steps.erase(result.steps.begin(),
                       result.steps.begin() + static_cast<std::ptrdiff_t>(excess));
    if (excess > 0) result.situation += "; the last calls are shown";
  }

 private:
  static grade::Step step_of(Follower& follower, const grade::Exchange& exchange, bool wrong) {
    grade::Step step;
    step.agrees = !wrong;
    if (exchange.asked == without_room_text) {
      step.at = "then";
      step.did = "without_room()";
      step.came = exchange.answered.value_or("");
      if (wrong) step.expected = std::to_string(follower.count());
      return step;
    }
    const auto call = parse_call(exchange.asked);
    const auto came = exchange.answered ? parse_decision(*exchange.answered) : std::nullopt;
    step.at = fmt::format("t = {}", base::duration_ns(call.at_ns));
    step.did = fmt::format("acquire(\"{}\", {})", base::printable_line(call.key, 24),
                           base::thousands(call.cost));
    step.came = came ? in_words(*came) : exchange.answered.value_or("");
    if (wrong) {
      const auto legal = follower.legal(call);
      if (!legal.empty()) step.expected = in_words(legal.front());
      const auto held = follower.keys_held(call.at_ns);
      step.why = fmt::format("{} {} to be remembered then", base::counted(held, "key"),
                             held == 1 ? "has" : "have");
    } else if (came) {
      follower.take(call, *came);
    }
    return step;
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_room_check(grade::CheckInfo info) {
  return std::make_unique<RoomCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
