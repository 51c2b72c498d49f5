// The command line: binds options to commands, and turns what goes wrong into one clear line.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/misread.hpp"
#include "grade/conversation.hpp"
#include "proc/cell.hpp"
#include "proc/files.hpp"

namespace {

using namespace assay;

constexpr const char* version = "assay 0.1";
constexpr const char* any_program =
    "a program in any language, run by a shell in the folder you are in (docs/protocols.md)";

struct Arguments {
  std::string colour = "auto";
  cli::GradeOptions grade;
  cli::StartOptions start;
  cli::RunOptions run;
  cli::ReportOptions report;
  cli::PredictOptions predict;
  cli::CompareOptions compare;
  std::string exercise;
  std::string slug;
  std::optional<int> level;
  bool json = false;
  bool slugs = false;
  bool reference = false;
};

using Command = std::function<int(const cli::Context&)>;

class CommandLine {
 public:
  CommandLine() : app_("Assay: a hands-on lab for backend system design.", "assay") {
    app_.set_version_flag("--version", version);
    app_.add_option("--color", arguments_.colour, "auto, always or never")->capture_default_str();
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.get_formatter()->column_width(34);
    app_.footer(
        "A first quarter of an hour:\n"
        "  ./assay start rate_limiter      a stub to edit, and its first failing check\n"
        "  ./assay watch rate_limiter      grades it at every save\n"
        "  ./assay hint rate_limiter       the next hint\n\n"
        "Exit codes: 0 all passed, 1 something failed, 2 usage, 3 does not build,\n"
        "70 a bug of ours, 75 nothing failed but the run is incomplete, 130 interrupted.");
    add_learning();
    add_grading();
    add_runs();
    add_rest();
  }

  int run(int count, char** words) {
    try {
      app_.parse(count, words);
    } catch (const CLI::ParseError& error) {
      return error.get_exit_code() == 0 ? app_.exit(error) : explain(error, count, words);
    }
    return chosen_(cli::make_context(arguments_.colour));
  }

 private:
  CLI::App* add(const std::string& name, const std::string& what, const std::string& examples,
                Command command) {
    CLI::App* const sub = app_.add_subcommand(name, what);
    sub->footer("Examples:\n" + examples);
    sub->callback([this, command = std::move(command)] { chosen_ = command; });
    return sub;
  }

  void add_learning() {
    auto& a = arguments_;
    auto* list = add("list", "the questions, their levels, your best score",
                     "  ./assay list --json", [&](const auto& context) {
                       return a.slugs ? cli::list_slugs(context) : cli::list(context, a.json);
                     });
    list->add_flag("--json", a.json, "one JSON document");
    list->add_flag("--slugs", a.slugs, "names only, for scripts");

    auto* show =
        add("show", "the question",
            "  ./assay show rate_limiter\n"
            "  ./assay show rate_limiter --reference     our answer, once you have yours",
            [&](const auto& context) { return cli::show(context, a.exercise, a.reference); });
    show->add_option("exercise", a.exercise, "see ./assay list")->required();
    show->add_flag("--reference", a.reference, "the reference solution (the scorecard says so)");

    auto* start = add("start", "a copy of the stub in my/, to edit",
                      "  ./assay start rate_limiter\n  ./assay start rate_limiter --lang python",
                      [&](const auto& context) { return cli::start(context, a.start); });
    start->add_option("exercise", a.start.exercise, "see ./assay list")->required();
    start->add_option("--lang", a.start.language, "c++ or python")->capture_default_str();
    start->add_flag("--force", a.start.force, "replace what is there; it is kept as *.old");

    auto* hint = add("hint", "the next hint", "  ./assay hint rate_limiter --level 1",
                     [&](const auto& context) { return cli::hint(context, a.exercise, a.level); });
    hint->add_option("exercise", a.exercise, "see ./assay list")->required();
    hint->add_option("--level", a.level, "of this level; the first by default");

    auto& p = a.predict;
    auto* predict = add("predict", "commit to a number, then see it measured and explained",
                        "  ./assay predict rate_limiter --level 1\n"
                        "  ./assay predict rate_limiter --level 1 --answer retry_herd=400 ...",
                        [&](const auto& context) { return cli::predict(context, p); });
    predict->add_option("exercise", p.exercise, "see ./assay list")->required();
    predict->add_option("--level", p.level, "of this level; all by default");
    predict->add_option("--answer", p.answers, "SLUG=VALUE, for scripts; the rest is asked");
    predict->add_option("--seed", p.seed, "for the numbers of the questions; else a fresh one");
  }

  void add_grading() {
    auto& g = arguments_.grade;
    auto* grade = add("grade", "build, run the checks, print the scorecard",
                      "  ./assay grade rate_limiter\n"
                      "  ./assay grade rate_limiter --solution reference\n"
                      "  ./assay grade rate_limiter --only refill --seed 4711 --json\n"
                      "  ./assay grade rate_limiter --exec 'python3 limiter.py'",
                      [&](const auto& context) { return cli::grade(context, g); });
    grade->add_option("exercise", g.exercise, "see ./assay list")->required();
    grade->add_option("--solution", g.solution, "reference, stub, or a file or folder; else my/");
    grade->add_option("--exec", g.exec, any_program);
    grade->add_option("--only", g.only, "one check, as 1.2 or refill");
    grade->add_flag("--thorough", g.thorough, "more schedules, and closer figures: takes minutes");
    grade->add_flag("--json", g.json, "the result as one JSON document (docs/results.md)");
    grade->add_option("--html", g.html, "write the run's page there, too (./assay report)");
    auto* watch = add("watch", "grade a level again at every save",
                      "  ./assay watch rate_limiter\n  ./assay watch rate_limiter --level 2",
                      [&](const auto& context) { return cli::watch(context, g); });
    watch->add_option("exercise", g.exercise, "see ./assay list")->required();
    auto& c = arguments_.compare;
    auto* compare = add("compare", "once a level passes: your design beside others, and questions",
                        "  ./assay compare rate_limiter\n  ./assay compare rate_limiter --level 2",
                        [&](const auto& context) { return cli::compare(context, c); });
    compare->add_option("exercise", c.exercise, "see ./assay list")->required();
    compare->add_option("--level", c.level, "of this level; the highest that passes by default");
    compare->add_option("--seed", c.seed, "for the calls that are made; else a fresh one");
    compare->add_flag("--json", c.json, "one JSON document");
    auto* play = add("play", "try operations by hand, and keep them as a check of your own",
                     "  ./assay play rate_limiter\n"
                     "  printf 'limiter capacity 1 every 1s\\nacquire alice 2 @0.5s\\n' | "
                     "./assay play rate_limiter",
                     [&](const auto& context) { return cli::play(context, g); });
    play->add_option("exercise", g.exercise, "see ./assay list")->required();
    play->add_option("--solution", g.solution, "reference, stub, or a file or folder; else my/");
    play->add_option("--exec", g.exec, any_program);
    for (auto* command : {grade, watch}) {
      command->add_option(
          "--level", g.level,
          command == grade ? "this level only" : "this level; the first by default");
      command->add_option("--track", g.track, "the checks of one track, as interview");
      command->add_option("--seed", g.seed, "for everything random; else a fresh one");
      command->add_flag("-v,--verbose", g.verbose, "every failing check in full");
    }
  }

  void add_runs() {
    auto& r = arguments_.run;
    auto* replay = add("replay", "a failure again, step by step",
                       "  ./assay replay last\n  ./assay replay r-0042 1.2 --debug",
                       [&](const auto& context) { return cli::replay(context, r); });
    replay->add_flag("--debug", r.debug, "stop in gdb at the failing operation");
    auto* judge = add("judge", "the verdicts again, from the stored evidence",
                      "  ./assay judge r-0042 --json",
                      [&](const auto& context) { return cli::judge(context, r); });
    judge->add_flag("--json", r.json, "one JSON document");
    for (auto* command : {replay, judge}) {
      command->add_option("run", r.run, "r-0042, 42, last, or a folder")->capture_default_str();
    }
    replay->add_option("check", r.check, "as 1.2 or refill; the first that failed by default");
    auto& p = arguments_.report;
    auto* report =
        add("report", "the page of a run, or of two side by side",
            "  ./assay report last\n  ./assay report r-0041 r-0042 -o before-and-after.html",
            [&](const auto& context) { return cli::report(context, p); });
    report->add_option("run", p.runs, "r-0042, 42, last, or a folder; up to four")
        ->capture_default_str();
    report->add_option("-o,--output", p.output,
                       "where to write it; else into the (first) run's folder");
  }

  void add_rest() {
    auto& a = arguments_;
    auto* doctor =
        add("doctor", "what is installed, what can't run here and why", "  ./assay doctor",
            [&](const auto& context) { return cli::doctor(context, a.json); });
    doctor->add_flag("--json", a.json, "one JSON document");
    auto* fresh = add("new", "the skeleton of a new exercise", "  ./assay new url_shortener",
                      [&](const auto& context) { return cli::make_new(context, a.slug); });
    fresh->add_option("slug", a.slug, "a-z, 0-9 and _")->required();
    add_launched("check", "judge a history: linearizability and weaker models",
                 "  ./assay check history.jsonl --model register --explain");
    add_launched("crash", "take a program through every moment of a power loss",
                 "  ./assay crash --exec ./log --workload lines.txt --acked '^ok (.*)' --audit "
                 "'cat data.log'");
    add_launched("load", "load an HTTP server, and see how long its answers take",
                 "  ./assay load http://localhost:8080/ --rate 2000");
    add_launched("proxy", "stand between a client and a server, and break what they say",
                 "  ./assay proxy 8081 localhost:8080 --fault 'delay 20ms jitter 5ms'");
    add_launched("test", "build and run every test of Assay",
                 "  ./assay test\n  ./assay test rate_limiter\n  ./assay test --soak 20");
    auto* completion = add("completion", "completion for a shell",
                           "  source <(./assay completion bash)", [&](const auto&) {
                             print_completion();
                             return cli::exit_code::passed;
                           });
    completion->add_option("shell", a.slug, "bash")->required()->check(CLI::IsMember({"bash"}));
  }

  // Programs of their own, which the launcher builds and runs; here they are only listed.
  void add_launched(const std::string& name, const std::string& what, const std::string& examples) {
    add(name, what, examples, [name](const auto&) -> int {
      throw cli::UsageError("the launcher does that: ./assay " + name);
    })->allow_extras();
  }

  static std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> options;
    for (const auto* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) options.push_back("--" + name);
    }
    return options;
  }

  void print_completion() const {
    std::vector<cli::CommandWords> commands;
    for (const auto* sub : app_.get_subcommands({})) {
      commands.push_back(
          {sub->get_name(), options_of(*sub), sub->get_option_no_throw("exercise") != nullptr});
    }
    fmt::print("{}", cli::bash_completion(commands, options_of(app_)));
  }

  // The word that can't be understood, among the words that could stand there.
  struct Misread {
    std::string typed;
    std::vector<std::string> candidates;
    const CLI::App* command;
  };

  Misread misread(int count, char** words) const {
    Misread result{count > 1 ? words[1] : "", options_of(app_), &app_};
    for (const auto* sub : app_.get_subcommands({})) {
      result.candidates.push_back(sub->get_name());
      if (sub->get_name() == result.typed) result.command = sub;
    }
    if (result.command == &app_) return result;
    result.candidates = options_of(*result.command);
    for (int i = 2; i < count; ++i) {
      const std::string word = base::split(words[i], '=')[0];
      const bool number = base::to_integer(word).has_value();
      if (word[0] == '-' && !number && !base::contains(result.candidates, word))
        result.typed = word;
    }
    return result;
  }

  // The words that the command has no place for.
  std::optional<cli::ExtraWords> extra_words(const CLI::App& command, int count,
                                             char** words) const {
    cli::ExtraWords found{command.get_name(), "", app_.remaining(true)};
    if (&command == &app_ || found.extra.empty()) return std::nullopt;
    for (int i = 2; i < count && found.first.empty(); ++i) {
      if (words[i][0] != '-') found.first = words[i];
    }
    return found;
  }

  // One line, and what was probably meant.
  int explain(const CLI::ParseError& error, int count, char** words) const {
    const auto [typed, candidates, command] = misread(count, words);
    const bool general = command == &app_;
    const bool no_option = count > 1 && typed[0] == '-' && !base::contains(candidates, typed);
    const std::string shown = base::printable_line(typed, 60);
    std::string what = base::printable_line(cli::plainly(error.what()), 300);
    std::string advice =
        general ? "see ./assay --help" : fmt::format("see ./assay {} --help", command->get_name());
    if (count == 1) {
      what = "a command is needed";
    } else if (no_option || general) {
      what = fmt::format("there is no {} '{}'", no_option ? "option" : "command", shown);
      const auto meant = base::did_you_mean(typed, candidates);
      if (meant) advice = fmt::format("did you mean '{}'?", *meant);
    } else if (const auto extra = extra_words(*command, count, words)) {
      what = fmt::format("'{}' has no place for '{}'", extra->command,
                         base::printable_line(base::join(extra->extra, " "), 60));
      if (auto instead = cli::instead_of(*extra); !instead.empty()) advice = instead;
    }
    fmt::print(stderr, "assay: {}: {}\n", what, advice);
    return cli::exit_code::usage;
  }

  Arguments arguments_;
  CLI::App app_;
  Command chosen_;
};

int failed(const std::string& what, int code) {
  fmt::print(stderr, "assay: {}\n", what);
  return code;
}

}  // namespace

int main(int count, char** words) {
  grade::note_interruptions();
  proc::harden_this_process();
  try {
    return CommandLine().run(count, words);
  } catch (const grade::Interrupted&) {
    return failed("interrupted; nothing was kept", cli::exit_code::interrupted);
  } catch (const cli::UsageError& error) {
    return failed(error.what(), cli::exit_code::usage);
  } catch (const proc::FileError& error) {
    return failed(error.what(), cli::exit_code::usage);
  } catch (const std::filesystem::filesystem_error& error) {
    return failed(fmt::format("can't use {}: {}", error.path1().string(), error.code().message()),
                  cli::exit_code::usage);
  } catch (const std::exception& error) {
    return failed(error.what(), cli::exit_code::our_bug);
  }
}
