// assay compare: once a level passes, the solution beside the reference and the variants, measured
// in one run.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs.hpp"
#include "cli/tip.hpp"
#include "grade/designs.hpp"
#include "grade/runner.hpp"
#include "graders/registry.hpp"
#include "report/comparison.hpp"

namespace assay::cli {
namespace {

constexpr const char* code_lines_row = "lines of code";
constexpr const char* about_code_lines =
    "lines of code: the level's own file and the headers of yours that it includes, without blank "
    "lines and comments.";

// Figures that say how much was done or how well it was measured, and not what came out.
bool is_cost(const std::string& metric) {
  static const std::set<std::string> others{"pairs",      "load_average", "stolen_share",
                                            "operations", "calls",        "interleavings"};
  return !metric.ends_with("_low") && !metric.ends_with("_high") && others.count(metric) == 0;
}

// "alone: ratio to reference"; a check that is named for its figure needs no more.
std::string row_of(const grade::CheckInfo& check, const std::string& metric) {
  std::string name = check.slug == metric ? metric : check.slug + ": " + metric;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// A level's last whole grading, and what it lacks.
struct LastGrading {
  const grade::Scorecard* card = nullptr;
  std::vector<std::string> missing;  // "2.1 gcra fails"

  bool passed() const { return card != nullptr && missing.empty(); }
};

LastGrading last_grading(const std::vector<grade::Scorecard>& cards,
                         const std::vector<grade::CheckInfo>& checks, int level) {
  for (const auto& card : cards) {
    LastGrading grading{&card, {}};
    bool whole = true;
    for (const auto& info : checks) {
      if (info.level != level) continue;
      const auto found = std::find_if(card.checks.begin(), card.checks.end(),
                                      [&](const auto& check) { return check.slug == info.slug; });
      whole = whole && found != card.checks.end();
      if (!whole) break;
      // Nobody can help a busy machine, or a tool that isn't there.
      const bool excused =
          found->verdict == grade::Verdict::noisy || found->verdict == grade::Verdict::unavailable;
      if (found->verdict == grade::Verdict::pass || excused) continue;
      grading.missing.push_back(
          fmt::format("{} {}: {}", info.id, info.slug, grade::name_of(found->verdict)));
    }
    if (whole) return grading;
  }
  return {};
}

class Comparing {
 public:
  Comparing(const Context& context, const CompareOptions& options)
      : context_(context),
        exercise_(context.exercise(options.exercise)),
        grader_(graders::make_grader(exercise_.slug)),
        builder_(context.builder()),
        cards_(own_runs(context.root, exercise_.slug)) {
    expect_level(exercise_, options.level);
    comparison_.seed = seed_from(options.seed);
    comparison_.level = options.level.value_or(highest_passed());
  }

  // Says on stderr what comes first, if the level has not passed.
  bool may() const {
    const int level = comparison_.level;
    const auto grading = last_grading(cards_, grader_.infos(), level);
    if (grading.passed()) return true;
    const std::string why =
        grading.card == nullptr
            ? fmt::format("level {} of {} was not graded as a whole yet", level, exercise_.slug)
            : fmt::format("level {} does not pass yet: {} in {}", level,
                          base::join(grading.missing, ", "), grading.card->run);
    fmt::print(stderr, "assay: {}; './assay grade {} --level {}' comes first\n", why,
               exercise_.slug, level);
    return false;
  }

  report::Comparison run() {
    const auto began = std::chrono::steady_clock::now();
    const auto* level = exercise_.level(comparison_.level);
    const auto grading = last_grading(cards_, grader_.infos(), level->number);
    comparison_.exercise = exercise_.slug;
    comparison_.title = exercise_.title;
    comparison_.level_title = level->title;
    comparison_.passed_in = grading.card->run;
    comparison_.questions = level->questions;
    comparison_.costs.emplace_back(code_lines_row);
    comparison_.notes.emplace_back(about_code_lines);
    measured_checks_ = checks_with_costs(*grading.card);
    prepare();
    ProgressLine progress(context_);
    measure_costs(progress);
    measure_checks(progress);
    leave_out_what_is_the_same();
    comparison_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return comparison_;
  }

  // Where to go on; null after the last level.
  const grade::Level* next() const {
    const auto grading = last_grading(cards_, grader_.infos(), comparison_.level);
    return next_level(exercise_, comparison_.level, grading.card->solution.language);
  }

 private:
  int highest_passed() const {
    int highest = exercise_.levels.front().number;
    for (const auto& level : exercise_.levels) {
      if (last_grading(cards_, grader_.infos(), level.number).passed()) highest = level.number;
    }
    return highest;
  }

  // What the learner's own run measured is what all are measured by.
  std::vector<grade::CheckInfo> checks_with_costs(const grade::Scorecard& card) const {
    std::vector<grade::CheckInfo> checks;
    for (const auto& info : grader_.infos()) {
      const auto found = std::find_if(card.checks.begin(), card.checks.end(),
                                      [&](const auto& check) { return check.slug == info.slug; });
      if (info.level != comparison_.level || found == card.checks.end()) continue;
      const auto& metrics = found->metrics;
      if (std::any_of(metrics.begin(), metrics.end(),
                      [](const auto& metric) { return is_cost(metric.first); })) {
        checks.push_back(info);
      }
    }
    return checks;
  }

  void note(report::ComparedDesign& design, const std::string& name, double cost) {
    if (!base::contains(comparison_.costs, name)) comparison_.costs.push_back(name);
    design.costs[name] = cost;
  }

  // Builds them all.
  void prepare() {
    auto known = grade::designs_of(context_.root, exercise_, comparison_.level);
    known.designs.insert(known.designs.begin(), {"yours", "", "", ""});
    ProgressLine progress(context_);
    comparison_.designs.resize(known.designs.size());
    for (std::size_t i = 0; i < known.designs.size(); ++i) {
      const auto& one = known.designs[i];
      grade::heed_interruptions();
      progress.show("building " + one.name, i, known.designs.size());
      const auto solution = solution_at(one.where);
      auto& design = comparison_.designs[i];
      design = {one.name, solution.info.path, one.design, one.trade_off, {}, ""};
      note(design, code_lines_row, grade::code_lines(solution, known.source));
      auto bench = std::make_unique<grade::Workbench>(solution, exercise_, grader_.contract_version,
                                                      builder_, grade::heed_interruptions);
      if (bench->ready().subject) {
        benches_.push_back(std::move(bench));
        built_.push_back(i);
      } else {
        design.trouble = "It does not build, so nothing was measured.";
      }
    }
  }

  void measure_costs(ProgressLine& progress) {
    std::vector<grade::Workbench*> benches;
    for (const auto& bench : benches_) benches.push_back(bench.get());
    std::vector<const grade::Cost*> costs;
    for (const auto& cost : grader_.costs) {
      if (cost.level == comparison_.level) costs.push_back(&cost);
    }
    for (std::size_t i = 0; i < costs.size(); ++i) {
      grade::heed_interruptions();
      progress.show(costs[i]->name, i, costs.size());
      const auto& about = costs[i]->about;
      if (!about.empty() && !base::contains(comparison_.notes, about)) {
        comparison_.notes.push_back(about);
      }
      const auto figures = costs[i]->measure(benches, comparison_.seed);
      for (std::size_t place = 0; place < figures.size(); ++place) {
        if (!figures[place]) continue;
        note(comparison_.designs[built_[place]], costs[i]->name, *figures[place]);
      }
    }
  }

  void measure_checks(ProgressLine& progress) {
    for (std::size_t place = 0; place < benches_.size(); ++place) {
      auto& design = comparison_.designs[built_[place]];
      const auto run = grade::run_checks(
          grader_, measured_checks_, *benches_[place], comparison_.seed,
          [&](const auto& check, std::size_t done, std::size_t of) {
            progress.show(fmt::format("{}: {} {}", design.name, check.id, check.title),
                          place * of + done, benches_.size() * of);
          });
      for (std::size_t i = 0; i < run.checks.size(); ++i) {
        for (const auto& [metric, value] : run.checks[i].metrics) {
          if (is_cost(metric)) note(design, row_of(measured_checks_[i], metric), value);
        }
      }
    }
  }

  // What checks of correctness found in all designs alike tells nothing of them.
  void leave_out_what_is_the_same() {
    for (const auto& check : measured_checks_) {
      if (check.category == "performance") continue;
      std::erase_if(comparison_.costs, [&](const std::string& row) {
        return row.starts_with(row_of(check, check.slug) + ":") && is_the_same(row);
      });
    }
  }

  bool is_the_same(const std::string& row) const {
    const auto& first = comparison_.designs.front().costs;
    return std::all_of(comparison_.designs.begin(), comparison_.designs.end(),
                       [&](const report::ComparedDesign& design) {
                         const auto mine = first.find(row);
                         const auto other = design.costs.find(row);
                         return mine != first.end() && other != design.costs.end() &&
                                mine->second == other->second;
                       });
  }

  grade::Solution solution_at(const std::string& where) const {
    try {
      return grade::find_solution(context_.root, exercise_, where);
    } catch (const std::runtime_error& error) {
      throw UsageError(error.what());
    }
  }

  const Context& context_;
  const grade::Exercise exercise_;
  const grade::Grader grader_;
  proc::Builder builder_;
  const std::vector<grade::Scorecard> cards_;
  std::vector<grade::CheckInfo> measured_checks_;
  std::vector<std::unique_ptr<grade::Workbench>> benches_;  // of the designs that were built,
  std::vector<std::size_t> built_;                          // which are these
  report::Comparison comparison_;
};

}  // namespace

int compare(const Context& context, const CompareOptions& options) {
  Comparing comparing(context, options);
  if (!comparing.may()) return exit_code::failed;
  const auto comparison = comparing.run();
  fmt::print("{}", options.json ? report::to_json(comparison)
                                : report::comparison(comparison, context.out));
  if (const auto* next = options.json ? nullptr : comparing.next()) {
    print_next_level(context, comparison.exercise, *next);
  }
  return exit_code::passed;
}

}  // namespace assay::cli
