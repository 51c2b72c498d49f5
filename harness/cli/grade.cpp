// assay grade, and the part of it that start, watch and replay share.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/html/page_file.hpp"
#include "cli/kept.hpp"
#include "cli/machine.hpp"
#include "cli/page.hpp"
#include "cli/predictions.hpp"
#include "cli/progress.hpp"
#include "cli/runs.hpp"
#include "cli/tip.hpp"
#include "grade/runner.hpp"
#include "grade/solution.hpp"
#include "grade/subject_link.hpp"
#include "graders/registry.hpp"
#include "proc/cell.hpp"
#include "report/json.hpp"
#include "report/terminal.hpp"
#include "report/text.hpp"

namespace assay::cli {
namespace {

// Null if none is asked for.
const grade::Track* track_of(const grade::Exercise& exercise, const GradeOptions& options) {
  if (options.track.empty()) return nullptr;
  if (const auto* track = exercise.track(options.track)) return track;
  std::vector<std::string> names;
  for (const auto& track : exercise.tracks) names.push_back(track.name);
  throw UsageError(fmt::format("{} has no track '{}': it has {}", exercise.slug,
                               base::printable_line(options.track, 60),
                               names.empty() ? "none" : base::join(names, ", ")));
}

std::vector<grade::CheckInfo> selected(const std::vector<grade::CheckInfo>& all,
                                       const grade::Exercise& exercise,
                                       const GradeOptions& options) {
  expect_level(exercise, options.level);
  const auto* track = track_of(exercise, options);
  std::vector<grade::CheckInfo> checks;
  std::vector<std::string> names;
  for (const auto& check : all) {
    if (track != nullptr && !base::contains(track->checks, check.slug)) continue;
    names.insert(names.end(), {check.id, check.slug});
    const bool wanted =
        options.only.empty() || options.only == check.id || options.only == check.slug;
    if (wanted && (!options.level || *options.level == check.level)) checks.push_back(check);
  }
  if (checks.empty()) {
    const auto meant = base::did_you_mean(options.only, names);
    throw UsageError(fmt::format(
        "{} has no check '{}'{}", exercise.slug, base::printable_line(options.only, 60),
        meant ? fmt::format(": did you mean '{}'?", *meant) : ": './assay show' lists them"));
  }
  return checks;
}

grade::IsolationUsed isolation_here() {
  const proc::Cell cell;
  const auto& isolation = cell.isolation();
  return {std::string(proc::name_of(isolation.tier)), isolation.own_user, isolation.gaps};
}

void remember(const Context& context, const grade::Scorecard& card) {
  if (card.solution.kind != "mine" || !card.complete) return;
  Progress progress = load_progress(context.root);
  for (const auto& level : card.levels) {
    double& best = progress[card.exercise].best_points[level.level];
    best = std::max(best, level.points);
  }
  save_progress(context.root, progress);
}

void note_help_taken(const Context& context, const grade::Exercise& exercise,
                     grade::Scorecard& card) {
  for (const auto& level : exercise.levels)
    card.hints_total += static_cast<int>(level.hints.size());
  if (card.solution.kind != "mine") return;
  const Progress progress = load_progress(context.root);
  const auto found = progress.find(exercise.slug);
  if (found == progress.end()) return;
  card.hints_used = found->second.hints_used_in_all();
  card.reference_opened = found->second.reference_opened;
}

// A program that never greeted was often not found, or didn't find its own files.
void say_where_it_ran(const grade::Scorecard& card) {
  const bool silent = std::any_of(card.checks.begin(), card.checks.end(), [](const auto& check) {
    return check.verdict == grade::Verdict::fail && check.reason.ends_with(grade::before_ready);
  });
  if (card.solution.kind != "exec" || !silent) return;
  std::fflush(stdout);  // it comes after the scorecard, also where both go to one file
  fmt::print(stderr,
             "assay: the command ran in {}, where relative paths count from. It can read that "
             "folder and the files that it names; /tmp is its own, and empty "
             "(docs/protocols.md#script)\n",
             std::filesystem::current_path().string());
}

void expect_one_solution(const GradeOptions& options) {
  if (options.solution.empty() || options.exec.empty()) return;
  throw UsageError("--solution and --exec are two ways to name one thing: give one of them");
}

}  // namespace

grade::Solution solution_for(const Context& context, const grade::Exercise& exercise,
                             const GradeOptions& options) {
  expect_one_solution(options);
  try {
    return options.exec.empty() ? grade::find_solution(context.root, exercise, options.solution)
                                : grade::exec_solution(options.exec);
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
}

std::optional<grade::Scorecard> grade_once(const Context& context, const GradeOptions& options) {
  expect_one_solution(options);
  const auto exercise = context.exercise(options.exercise);
  auto grader = graders::make_grader(exercise.slug);
  add_kept_checks(context, exercise.slug, grader);
  const auto checks = selected(grader.infos(), exercise, options);
  const std::uint64_t seed = seed_from(options.seed);

  auto solution = solution_for(context, exercise, options);
  ProgressLine progress(context);
  progress.show("building " + solution.info.path, 0, 1);
  auto builder = context.builder();
  grade::Workbench workbench(std::move(solution), exercise, grader.contract_version, builder,
                             grade::heed_interruptions);
  if (options.thorough) workbench.be_thorough();
  const auto& readied = workbench.ready();
  if (!readied.build.messages.empty()) {
    progress.clear();
    fmt::print(stderr, "{}",
               report::harmless(readied.build.messages, context.err.unicode, report::Lines::many));
  }
  if (!readied.subject) {
    fmt::print(stderr, "assay: {} does not build\n", workbench.solution().info.path);
    return std::nullopt;
  }

  grade::Scorecard card;
  card.exercise = exercise.slug;
  card.title = exercise.title;
  card.solution = workbench.solution().info;
  card.seed = seed;
  card.started = utc_now();
  card.machine = this_machine();
  card.isolation = isolation_here();
  note_help_taken(context, exercise, card);
  auto run = grade::run_checks(grader, checks, workbench, card.seed,
                               [&](const grade::CheckInfo& check, std::size_t i, std::size_t n) {
                                 progress.show(check.id + " " + check.title, i, n);
                               });
  progress.clear();
  card.build_seconds = std::chrono::duration<double>(workbench.build_time()).count();
  card.checks = std::move(run.checks);
  grade::add_up(exercise, grader.infos(), card);
  if (card.solution.kind == "mine") {
    card.predictions = prediction_score(context, exercise.slug, grader.predictions, card.levels);
  }
  save_run(context.root, card, run.evidence, tip_for);
  remember(context, card);
  return card;
}

int grade(const Context& context, const GradeOptions& options) {
  if (!options.html.empty()) check_page_file(options.html);
  const auto card = grade_once(context, options);
  if (!card) return exit_code::not_built;
  if (!options.html.empty()) write_page(context, options.html, {*card});
  const auto detail = options.verbose ? report::Detail::all : report::Detail::first;
  const std::string text =
      options.json ? report::to_json(*card) : report::scorecard(*card, context.out, detail);
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  if (!options.json) say_where_it_ran(*card);
  return grade::exit_code(*card);
}

}  // namespace assay::cli
