#include "graders/rate_limiter/tree/story.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/tree/mistakes.hpp"

namespace assay::graders::rate_limiter {
namespace {

// The last steps, in their order; says how many went before.
std::string leave_out_steps(std::vector<grade::Step>& steps) {
  const auto all = static_cast<std::int64_t>(steps.size());
  steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(grade::told_steps_max));
  return fmt::format("; the last {} of {} calls are shown", steps.size(), base::thousands(all));
}

// Of the tree, what the calls have to do with: their paths, and who has a part of the same quota.
TreePolicy part_of(const TreePolicy& policy, const std::vector<TreeOperation>& operations) {
  const auto is_called = [&](const TreeKey& key, const TreeRoute* route) {
    return std::any_of(operations.begin(), operations.end(), [&](const TreeOperation& one) {
      return one.key == key.name && (!route || one.route == route->name);
    });
  };
  TreePolicy part;
  for (TreeOrganisation organisation : policy) {
    auto& keys = organisation.keys;
    for (auto& key : keys) {
      std::erase_if(key.routes, [&](const auto& route) { return !is_called(key, &route); });
      if (!is_called(key, nullptr)) key.quota = boundless;
    }
    std::stable_partition(keys.begin(), keys.end(),
                          [&](const auto& key) { return is_called(key, nullptr); });
    if (organisation.quota == boundless) {
      std::erase_if(keys, [&](const auto& key) { return !is_called(key, nullptr); });
    }
    const bool has_a_call = !keys.empty() && is_called(keys.front(), nullptr);
    if (has_a_call) part.push_back(std::move(organisation));
  }
  return part;
}

std::string answer_in_words(const std::string& answered) {
  const auto answer = parse_tree_answer(answered);
  return answer ? in_words(*answer) : answered;
}

}  // namespace

void tell_tree(const grade::Performance& performance, const grade::Violation& violation,
               TreeAspects aspects, grade::CheckResult& result) {
  const TreePolicy policy = parse_tree(performance.exchanges[0].asked);
  std::vector<TreeOperation> operations;
  TreeJudge judge(policy, aspects);
  for (std::size_t i = 1; i <= violation.index; ++i) {
    const auto& [asked, answered] = performance.exchanges[i];
    const TreeOperation operation = parse_tree_operation(asked);
    operations.push_back(operation);
    const TreeOpinion said = judge.hear(operation, answered.value_or(""));
    grade::Step step;
    if (!operation.counted) step.at = "t = " + base::duration_ns(operation.at_ns);
    step.did = in_words(operation);
    step.expected = said.expected;
    if (answered) step.came = answer_in_words(*answered);
    step.agrees = i < violation.index;
    if (!step.agrees) {
      step.why = said.why;
      result.reason = step.did + (step.at.empty() ? "" : " at " + step.at) + ": " + violation.kind;
    }
    result.steps.push_back(std::move(step));
  }
  result.situation = in_words(part_of(policy, operations));
  if (result.steps.size() > grade::told_steps_max) {
    result.situation += leave_out_steps(result.steps);
  }
}

std::vector<std::string> tree_look_alikes(const grade::Performance& performance) {
  std::vector<std::string> names;
  for (const TreeMistake mistake : all_tree_mistakes) {
    if (gives_all(performance, mistake)) names.emplace_back(in_words(mistake));
  }
  return names;
}

}  // namespace assay::graders::rate_limiter
