// assay play: operations by hand. The whole session is played again for each of them, in a subject
// of its own: so undo is exact, and a solution that crashes takes nothing with it.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/kept.hpp"
#include "grade/broken_answer.hpp"
#include "grade/play.hpp"
#include "grade/solution.hpp"
#include "graders/registry.hpp"
#include "report/printable.hpp"
#include "report/steps.hpp"
#include "report/text.hpp"
#include "report/timeline.hpp"

namespace assay::cli {
namespace {

constexpr std::size_t line_bytes_max = 4'096;
constexpr int poll_ms = 100;

const std::vector<std::string> own_commands{"show", "undo", "reset", "keep",
                                            "help", "quit", "exit"};
constexpr const char* own_help =
    "show             the session so far, and its picture\n"
    "undo, reset      without the last call; without all of them\n"
    "keep NAME        as a check of your own, which ./assay grade runs too\n"
    "help, quit       or exit, or Ctrl-D\n";

// Without the blanks at its ends.
std::string trimmed(const std::string& typed) {
  const auto first = typed.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return typed.substr(first, typed.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> words_of(const std::string& typed) {
  auto words = base::split(typed, ' ');
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

// Lines of stdin, from a terminal or a pipe. Ctrl-C ends the waiting: throws grade::Interrupted.
class TypedLines {
 public:
  std::optional<std::string> next() {
    while (true) {
      const auto end = read_.find('\n');
      if (end != std::string::npos || (ended_ && !read_.empty())) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end == std::string::npos ? end : end + 1);
        return line;
      }
      if (ended_) return std::nullopt;
      if (read_.size() > line_bytes_max) throw UsageError("a line has at most 4,096 bytes");
      read_more();
    }
  }

 private:
  void read_more() {
    grade::heed_interruptions();
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waiting, 1, poll_ms) <= 0) return;
    char bytes[line_bytes_max];
    const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0) read_.append(bytes, static_cast<std::size_t>(count));
    ended_ = count == 0 || (count < 0 && errno != EINTR);
  }

  std::string read_;
  bool ended_ = false;
};

class Table {
 public:
  Table(const Context& context, const std::string& slug, const grade::Play& play,
        grade::Workbench& workbench)
      : context_(context), slug_(slug), play_(play), workbench_(workbench) {
    script_.setup = play_.first_setup();
  }

  // Whether to go on. Throws grade::Misunderstood and UsageError.
  bool obey(const std::string& line) {
    const std::string typed = trimmed(line);
    if (typed.empty() || typed.front() == '#') return true;
    const auto words = words_of(typed);
    if (!base::contains(own_commands, words[0])) return perform(typed), true;
    if (words[0] == "keep") return keep_as(name_in(words)), true;
    expect_alone(words);
    if (words[0] == "help") fmt::print("{}{}", play_.help(), own_help);
    if (words[0] == "show") show();
    if (words[0] == "undo") undo();
    if (words[0] == "reset") reset();
    return words[0] != "quit" && words[0] != "exit";
  }

  void say_setup() const { fmt::print("{}\n", play_.to_typed(script_.setup)); }

 private:
  struct Played {
    grade::CheckResult told;  // steps and timeline, of all that was played
    bool any_wrong = false;
    std::string trouble;  // why the last call has no answer; then nothing is told
  };

  // "quit now" is no call: whoever types it means something else than what would happen.
  static void expect_alone(const std::vector<std::string>& words) {
    if (words.size() == 1) return;
    throw grade::Misunderstood(
        fmt::format("'{0}' takes no words after it: type '{0}' alone", words[0]));
  }

  static const std::string& name_in(const std::vector<std::string>& words) {
    if (words.size() == 2) return words[1];
    if (words.size() == 1) {
      throw grade::Misunderstood("a kept session needs a name: 'keep burst'");
    }
    throw grade::Misunderstood(
        fmt::format("a name is one word: 'keep {}'",
                    base::printable_line(base::join({words.begin() + 1, words.end()}, "_"), 60)));
  }

  // An operation, or one word of ours that was mistyped.
  std::string line_for(const std::string& typed) const {
    auto verbs = play_.verbs();
    verbs.insert(verbs.end(), own_commands.begin(), own_commands.end());
    expect_a_verb(typed, verbs);
    return play_.to_line(typed, script_);
  }

  void perform(const std::string& typed) {
    std::string line = line_for(typed);
    if (play_.is_setup(line)) {
      script_ = {std::move(line), {}};
      say_setup();
      return;
    }
    if (script_.operations.size() == kept_operations_max) {
      throw UsageError(fmt::format("a session has at most {} operations: 'reset' begins another",
                                   kept_operations_max));
    }
    script_.operations.push_back(std::move(line));
    const Played played = play_all();
    if (played.trouble.empty()) return say_last(played.told.steps.back());
    const auto trouble = report::harmless(played.trouble, context_.out.unicode);
    fmt::print("  {}\n  that call is undone\n", red(trouble));
    script_.operations.pop_back();
  }

  Played play_all() const {
    const auto check = play_.check(script_, "played", "played", "played");
    const auto talk =
        grade::converse(workbench_.subject(), {script_}, "played", grade::Pace::stepwise);
    const std::size_t last = talk.exchanges.size() - 1;
    const auto& answered = talk.exchanges[last].answered;
    Played played;
    if (!answered || grade::broken_answer(*answered)) {
      const auto result = check->judge({{talk}});
      played.trouble = result.reason + (result.where.empty() ? "" : ": " + result.where);
      return played;
    }
    const grade::Performance performance{talk.exchanges, talk.trouble};
    const auto wrong = check->violation(performance);
    played.any_wrong = wrong.has_value();
    const bool now = wrong && wrong->index == last;
    check->explain(performance, now ? *wrong : grade::Violation{last, ""}, played.told);
    mark_differences(played);
    return played;
  }

  // A check tells of its first wrong answer; here all are told, beside what the model expected.
  static void mark_differences(Played& played) {
    for (auto& step : played.told.steps) {
      step.agrees = !played.any_wrong || step.expected == step.came;
    }
    if (!played.told.timeline) return;
    for (auto& call : played.told.timeline->calls) {
      call.agrees = !call.came || call.came == call.expected;
    }
  }

  void say_last(const grade::Step& told) const {
    grade::CheckResult one;
    one.steps = {told};
    const grade::Step step = report::printable(one, context_.out).steps.front();
    const auto& glyph = report::glyphs(context_.out);
    fmt::print("  {}   {} {} {}\n", step.at, step.did, glyph.arrow, step.came);
    if (step.agrees) return;
    fmt::print("  {} {}\n", red("the model expected:"), step.expected);
    if (!step.why.empty()) fmt::print("  ({})\n", step.why);
  }

  void show() const {
    say_setup();
    if (script_.operations.empty()) return;
    const auto told = report::printable(play_all().told, context_.out);
    for (const auto& line : report::steps_table(told.steps, context_.out)) {
      fmt::print("{}\n", line);
    }
    if (!told.timeline) return;
    fmt::print("\n");
    for (const auto& line : report::draw(*told.timeline, context_.out)) fmt::print("{}\n", line);
  }

  void reset() {
    script_.operations.clear();
    say_setup();
  }

  void undo() {
    if (script_.operations.empty()) throw UsageError("there is no call to undo");
    fmt::print("without: {}\n", play_.to_typed(script_.operations.back()));
    script_.operations.pop_back();
  }

  void keep_as(const std::string& name) const {
    const auto file = keep(context_, slug_, play_, script_, name);
    fmt::print("kept as {}: ./assay grade {} runs it too\n", grade::shown(file), slug_);
  }

  std::string red(const std::string& text) const { return report::red(context_.out, text); }

  const Context& context_;
  const std::string slug_;
  const grade::Play& play_;
  grade::Workbench& workbench_;
  grade::Script script_;
};

// Until the end of what is typed; whether everything was understood.
bool converse_by_hand(Table& table, bool on_terminal) {
  TypedLines lines;
  bool understood = true;
  while (true) {
    if (on_terminal) fmt::print("> ");
    std::fflush(stdout);
    const auto typed = lines.next();
    if (!typed) {
      if (on_terminal) fmt::print("\n");
      return understood;
    }
    try {
      if (!table.obey(*typed)) return understood;
    } catch (const grade::Misunderstood& error) {
      understood = false;
      fmt::print(stderr, "assay: {}\n", error.what());
    } catch (const UsageError& error) {
      understood = false;
      fmt::print(stderr, "assay: {}\n", error.what());
    }
  }
}

}  // namespace

int play(const Context& context, const GradeOptions& options) {
  const auto exercise = context.exercise(options.exercise);
  const auto grader = graders::make_grader(exercise.slug);
  if (!grader.play) {
    throw UsageError(fmt::format("{} has nothing to be played by hand", exercise.slug));
  }
  auto builder = context.builder();
  grade::Workbench workbench(solution_for(context, exercise, options), exercise,
                             grader.contract_version, builder, grade::heed_interruptions);
  const auto& readied = workbench.ready();
  fmt::print(stderr, "{}",
             report::harmless(readied.build.messages, context.err.unicode, report::Lines::many));
  if (!readied.subject) {
    fmt::print(stderr, "assay: {} does not build\n", workbench.solution().info.path);
    return exit_code::not_built;
  }
  const bool on_terminal = ::isatty(STDIN_FILENO) == 1;
  Table table(context, exercise.slug, *grader.play, workbench);
  if (on_terminal) {
    fmt::print("{}: {}; 'help' lists what can be typed\n", exercise.title,
               workbench.solution().info.path);
    table.say_setup();
  }
  const bool understood = converse_by_hand(table, on_terminal);
  return understood || on_terminal ? exit_code::passed : exit_code::usage;
}

}  // namespace assay::cli
