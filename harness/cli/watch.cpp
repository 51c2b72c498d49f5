// assay watch: grades again at every save.
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/tip.hpp"
#include "grade/conversation.hpp"
#include "grade/solution.hpp"
#include "report/terminal.hpp"

namespace assay::cli {
namespace {

constexpr int settle_ms = 200;  // editors write a file in several steps
constexpr int poll_ms = 100;

// Tells when something in a folder was saved. Folders are watched, since editors replace files.
class SaveWatcher {
 public:
  explicit SaveWatcher(const std::filesystem::path& folder)
      : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    const auto events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;
    if (descriptor_ < 0 || ::inotify_add_watch(descriptor_, folder.c_str(), events) < 0) {
      throw UsageError(fmt::format("can't watch {}: {}", folder.string(), std::strerror(errno)));
    }
  }
  ~SaveWatcher() { ::close(descriptor_); }
  SaveWatcher(const SaveWatcher&) = delete;
  SaveWatcher& operator=(const SaveWatcher&) = delete;

  // Throws grade::Interrupted.
  void wait_for_save() {
    while (!changed_within(poll_ms)) grade::heed_interruptions();
    while (changed_within(settle_ms)) grade::heed_interruptions();
  }

 private:
  bool changed_within(int timeout_ms) {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
    char events[16U << 10];
    while (::read(descriptor_, events, sizeof events) > 0) {
    }
    return true;
  }

  int descriptor_;
};

// What is different since the last time: "+ 1.2 refill", "- 1.3 cost".
void print_changes(const Context& context, const grade::Scorecard& card,
                   std::map<std::string, bool>& passed_before) {
  for (const auto& check : card.checks) {
    const bool passes = check.verdict == grade::Verdict::pass;
    const auto before = passed_before.find(check.slug);
    if (before != passed_before.end() && before->second != passes) {
      const std::string line = fmt::format(
          "{} {} {}", passes ? "now passes:" : "no longer passes:", check.id, check.title);
      fmt::print("{}\n",
                 passes ? report::green(context.out, line) : report::red(context.out, line));
    }
    passed_before[check.slug] = passes;
  }
}

// Where to go on when a level is done.
void print_ways_on(const Context& context, const grade::Exercise& exercise,
                   const grade::Scorecard& card, int level) {
  const bool done = std::all_of(card.checks.begin(), card.checks.end(), [](const auto& check) {
    return check.verdict == grade::Verdict::pass;
  });
  if (!done) return;
  const auto compare = fmt::format("./assay compare {} --level {}", exercise.slug, level);
  fmt::print("\nlevel {} is done: {}   shows it beside other designs\n", level,
             report::bold(context.out, compare));
  if (const auto* next = next_level(exercise, level, card.solution.language)) {
    print_next_level(context, exercise.slug, *next);
  }
}

}  // namespace

int watch(const Context& context, const GradeOptions& options) {
  const auto exercise = context.exercise(options.exercise);
  const auto folder = context.root / "my" / exercise.slug;
  if (!std::filesystem::is_directory(folder)) {
    throw UsageError(
        fmt::format("there is no my/{0} yet: './assay start {0}' makes it", exercise.slug));
  }
  GradeOptions one_level = options;
  const int level = options.level.value_or(exercise.levels.front().number);
  if (options.track.empty()) one_level.level = level;
  const auto detail = options.verbose ? report::Detail::all : report::Detail::first;
  SaveWatcher saves(folder);
  std::map<std::string, bool> passed_before;
  for (;;) {
    if (context.out.colour) fmt::print("\033[H\033[2J");
    std::fflush(stdout);  // before stderr says anything, which would be wiped
    if (auto card = grade_once(context, one_level)) {
      card->tip.clear();
      fmt::print("{}", report::scorecard(*card, context.out, detail));
      print_changes(context, *card, passed_before);
      if (options.track.empty()) print_ways_on(context, exercise, *card, level);
    }
    fmt::print("\n{}\n",
               report::dim(context.out, "watching " + grade::shown(folder) + "; Ctrl-C ends it"));
    std::fflush(stdout);
    try {
      saves.wait_for_save();
    } catch (const grade::Interrupted&) {
      return exit_code::interrupted;
    }
  }
}

}  // namespace assay::cli
