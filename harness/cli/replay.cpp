// The commands that go back to a stored run: replay runs its failure again, judge its verdicts.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/kept.hpp"
#include "cli/runs.hpp"
#include "grade/runner.hpp"
#include "grade/solution.hpp"
#include "graders/registry.hpp"
#include "report/json.hpp"
#include "report/terminal.hpp"
#include "report/text.hpp"

namespace assay::cli {
namespace {

constexpr int live_repeats = 3;

const grade::CheckResult& check_to_replay(const StoredRun& run, const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& check : run.card.checks) {
    const bool failed = check.verdict == grade::Verdict::fail;
    if (wanted.empty() ? failed : wanted == check.id || wanted == check.slug) return check;
    names.insert(names.end(), {check.id, check.slug});
  }
  if (wanted.empty()) {
    throw UsageError(fmt::format("nothing failed in {}: name a check to replay", run.card.run));
  }
  const auto meant = base::did_you_mean(wanted, names);
  throw UsageError(fmt::format("{} has no check '{}'{}", run.card.run,
                               base::printable_line(wanted, 60),
                               meant ? fmt::format(": did you mean '{}'?", *meant) : ""));
}

grade::Solution solution_of(const Context& context, const grade::Exercise& exercise,
                            const grade::SolutionInfo& info) {
  if (info.kind == "exec") return grade::exec_solution(info.path);
  const std::string wanted = info.kind == "mine" ? "" : info.kind == "path" ? info.path : info.kind;
  try {
    return grade::find_solution(context.root, exercise, wanted);
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
}

grade::Grader grader_of(const Context& context, const grade::Scorecard& card) {
  auto grader = graders::make_grader(card.exercise);
  if (std::any_of(card.checks.begin(), card.checks.end(), is_kept)) {
    add_kept_checks(context, card.exercise, grader);
  }
  return grader;
}

bool same_answers(const grade::Conversation& a, const grade::Conversation& b) {
  return std::equal(a.exchanges.begin(), a.exchanges.end(), b.exchanges.begin(), b.exchanges.end(),
                    [](const auto& x, const auto& y) { return x.answered == y.answered; });
}

void print_every_exchange(const grade::Conversation& talk) {
  for (const auto& exchange : talk.exchanges) {
    fmt::print("  {:<44} {}\n", exchange.asked, exchange.answered.value_or("(no answer)"));
  }
}

// "solution.cpp:17", where a function of that name begins. (gdb can't be asked for it: it doesn't
// find members of classes in unnamed namespaces by file and name.)
std::optional<std::string> definition_of(const std::string& function,
                                         const grade::Solution& solution) {
  for (const auto& [name, source] : solution.sources) {
    const auto lines = base::split(source, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool named = lines[i].find(' ' + function + '(') != std::string::npos;
      if (named && lines[i].back() != ';') return fmt::format("{}:{}", name, i + 1);
    }
  }
  return std::nullopt;
}

// Where to stop in the last operation of a failure: at the place that its story names, if it names
// one, else in the solution's own function of the operation's name.
std::optional<std::string> place_to_stop(const grade::CheckResult& failed, const std::string& verb,
                                         const grade::Solution& solution) {
  const auto slash = failed.where.rfind('/');
  if (slash != std::string::npos) return failed.where.substr(slash + 1);
  return definition_of(verb, solution);
}

// Runs the script of `talk` in gdb, up to its last operation. Code that the scheduler switches has
// to stay as it was built for it.
int debug(grade::Workbench& workbench, proc::Flavour flavour, const grade::CheckResult& failed,
          const grade::Conversation& talk) {
  if (workbench.solution().info.language != "c++") {
    throw UsageError(
        "--debug is for solutions in C++: start your own debugger with --exec instead");
  }
  const std::string& last = talk.exchanges.back().asked;
  const std::string verb = last.substr(0, last.find(' '));
  const bool plain = flavour == proc::Flavour::plain;
  const auto place = place_to_stop(failed, verb, workbench.solution());
  std::vector<std::string> commands{"set breakpoint pending on",
                                    "directory " + std::filesystem::current_path().string()};
  if (plain || !place) {
    commands.push_back(fmt::format("break assay_operation if number == {}", talk.exchanges.size()));
    commands.emplace_back("run");
    if (place) commands.insert(commands.end(), {"tbreak " + *place, "continue"});
  } else {
    commands.insert(commands.end(), {"break " + *place, "run"});
  }
  commands.push_back(fmt::format("echo \\nThis is what fails: {}\\n", last));

  grade::SubjectSpec subject = workbench.subject(plain ? proc::Flavour::debugger : flavour);
  std::vector<std::string> argv{"gdb", "--quiet"};
  for (const auto& command : commands) argv.insert(argv.end(), {"-ex", command});
  argv.insert(argv.end(), {"--args", subject.argv[0]});
  subject.argv = std::move(argv);
  subject.interactive = true;
  subject.directory = std::filesystem::current_path();
  grade::converse(subject, grade::scripts_of(talk), "debugged", grade::Pace::stepwise);
  return exit_code::passed;
}

// The same schedule several times: what comes of it in real time may differ.
int replay_live(const Context& context, const grade::Check& check, grade::Workbench& workbench,
                const StoredRun& run) {
  int failed = 0;
  std::optional<grade::CheckResult> told;
  for (int i = 0; i < live_repeats; ++i) {
    const auto& before = run.evidence.at(check.info().slug);
    const auto result = check.judge(check.repeat(workbench, before, run.card.seed));
    if (result.verdict == grade::Verdict::fail) ++failed;
    if (!told || result.verdict == grade::Verdict::fail) told = result;
  }
  const auto count = fmt::format("failed {} of {} times", failed, live_repeats);
  if (failed > 0 || told->verdict != grade::Verdict::pass) {
    fmt::print("{}\n", report::check_story(*told, context.out));
  }
  fmt::print("{}, with the schedule of {}; in real time no two runs are alike\n",
             failed > 0 ? report::red(context.out, count) : report::green(context.out, count),
             run.card.run);
  return failed > 0 ? exit_code::failed : exit_code::passed;
}

}  // namespace

int replay(const Context& context, const RunOptions& options) {
  const StoredRun run = load_run(context.root, options.run);
  const auto exercise = context.exercise(run.card.exercise);
  const auto grader = grader_of(context, run.card);
  const auto& stored = check_to_replay(run, options.check);
  if (stored.verdict != grade::Verdict::fail) {
    throw UsageError(fmt::format("check {} did not fail in {}: there is nothing to replay",
                                 stored.id, run.card.run));
  }
  const auto seen = run.evidence.find(stored.slug);
  if (seen == run.evidence.end() || seen->second.conversations.empty()) {
    throw UsageError(fmt::format("{} has no evidence of check {}", run.card.run, stored.id));
  }
  const auto* check = grader.named(stored.slug);
  if (check == nullptr) {
    throw UsageError(fmt::format("check '{}' no longer exists in {}", stored.slug, exercise.slug));
  }

  auto builder = context.builder();
  grade::Workbench workbench(solution_of(context, exercise, run.card.solution), exercise,
                             grader.contract_version, builder, grade::heed_interruptions);
  const bool serves = check->flavour() == proc::Flavour::http;
  if (options.debug && (check->live() || serves)) {
    throw UsageError(
        fmt::format("check {} {}, which a debugger would stop: replay it without --debug",
                    stored.id, check->live() ? "runs in real time" : "asks a server"));
  }
  if (options.debug) {
    return debug(workbench, check->flavour(), stored, check->told(seen->second));
  }
  const auto& readied = workbench.ready(check->flavour());
  if (!readied.subject) {
    fmt::print(stderr, "{}assay: {} does not build\n",
               report::harmless(readied.build.messages, context.err.unicode, report::Lines::many),
               run.card.solution.path);
    return exit_code::not_built;
  }
  if (check->live()) return replay_live(context, *check, workbench, run);
  const auto evidence = check->repeat(workbench, seen->second, run.card.seed);
  auto result = check->judge(evidence);
  if (!serves) result.replay = fmt::format("./assay replay {} {} --debug", run.card.run, stored.id);
  if (result.verdict == grade::Verdict::pass) {
    print_every_exchange(check->told(evidence));
    fmt::print("\n{}\n", report::green(context.out,
                                       "these answers are right now: grade again for "
                                       "the points"));
    return exit_code::passed;
  }
  fmt::print("{}\n{}\n", report::check_story(result, context.out),
             same_answers(check->told(seen->second), check->told(evidence))
                 ? fmt::format("the same answers as in {}", run.card.run)
                 : fmt::format("not the answers of {}: the solution has "
                               "changed, or is not deterministic",
                               run.card.run));
  return exit_code::failed;
}

int judge(const Context& context, const RunOptions& options) {
  const StoredRun run = load_run(context.root, options.run);
  const auto exercise = context.exercise(run.card.exercise);
  const auto grader = grader_of(context, run.card);
  grade::Scorecard card = run.card;
  std::vector<grade::CheckInfo> judged;
  for (const auto& check : card.checks) {
    for (const auto& info : grader.infos()) {
      if (info.slug == check.slug) judged.push_back(info);
    }
  }
  for (auto& result : grade::judge_again(grader, judged, run.evidence)) {
    for (auto& check : card.checks) {
      if (check.slug != result.slug) continue;
      result.seconds = check.seconds;
      result.replay = replay_command(card.run, result, run.evidence);
      check = result;
    }
  }
  grade::add_up(exercise, grader.infos(), card);
  const std::string text =
      options.json ? report::to_json(card) : report::scorecard(card, context.out);
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  return grade::exit_code(card);
}

}  // namespace assay::cli
