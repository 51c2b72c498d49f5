#include "cli/tip.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/kept.hpp"

namespace assay::cli {
namespace {

using grade::CheckResult;
using grade::Scorecard;
using grade::Verdict;

const CheckResult* first_with(const Scorecard& card, std::initializer_list<Verdict> verdicts) {
  for (const auto& check : card.checks) {
    if (std::find(verdicts.begin(), verdicts.end(), check.verdict) != verdicts.end()) return &check;
  }
  return nullptr;
}

// The command that names this solution, once more.
std::string grade_again(const Scorecard& card, const std::string& which) {
  std::string command = "./assay grade " + card.exercise;
  if (card.solution.kind == "exec") command += " --exec " + base::shell_quoted(card.solution.path);
  if (card.solution.kind == "path") {
    command += " --solution " + base::shell_quoted(card.solution.path);
  }
  return command + which;
}

// What has no verdict of the solution's own, and could have one.
std::optional<std::string> tip_for_the_open(const Scorecard& card) {
  if (first_with(card, {Verdict::unavailable}) != nullptr) return "./assay doctor";
  const auto* open = first_with(card, {Verdict::noisy, Verdict::unknown, Verdict::error});
  if (open == nullptr) return std::nullopt;
  return grade_again(card, " --only " + open->id);
}

// The highest level of which all checks were graded. (Where none fails, it passes.)
std::optional<int> whole_level(const Scorecard& card) {
  std::optional<int> highest;
  for (const auto& level : card.levels) {
    if (level.all_points > 0 && level.max_points >= level.all_points) highest = level.level;
  }
  return highest;
}

std::string after_ones_own(const Scorecard& card) {
  if (const auto* failing = first_with(card, {Verdict::fail})) {
    if (is_kept(*failing)) return failing->replay;
    const auto level = failing->level == 1 ? "" : fmt::format(" --level {}", failing->level);
    return fmt::format("./assay watch {}{}", card.exercise, level);
  }
  if (const auto tip = tip_for_the_open(card)) return *tip;
  if (const auto level = whole_level(card)) {
    return fmt::format("./assay compare {} --level {}", card.exercise, *level);
  }
  const auto* passed = first_with(card, {Verdict::pass});
  return passed == nullptr ? "./assay list"
                           : grade_again(card, fmt::format(" --level {}", passed->level));
}

std::string after_anothers(const Scorecard& card) {
  for (const auto& check : card.checks) {
    if (check.verdict == Verdict::fail && !check.replay.empty()) return check.replay;
  }
  if (const auto tip = tip_for_the_open(card)) return *tip;
  const bool any = first_with(card, {Verdict::pass, Verdict::fail}) != nullptr;
  return any ? "./assay report " + card.run : "./assay list";
}

}  // namespace

const grade::Level* next_level(const grade::Exercise& exercise, int level,
                               const std::string& language) {
  for (const auto& next : exercise.levels) {
    if (next.number > level && base::contains(next.languages, language)) return &next;
  }
  return nullptr;
}

void print_next_level(const Context& context, const std::string& slug, const grade::Level& next) {
  const auto command = fmt::format("./assay watch {} --level {}", slug, next.number);
  fmt::print("\nnext: {}   {}, about {} minutes\n", report::bold(context.out, command), next.title,
             next.minutes);
}

std::string tip_for(const Scorecard& card) {
  const auto& kind = card.solution.kind;
  if (kind == "reference" || kind == "stub") return "./assay start " + card.exercise;
  return kind == "mine" ? after_ones_own(card) : after_anothers(card);
}

}  // namespace assay::cli
