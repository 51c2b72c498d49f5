// assay crash: takes any program through the moments at which its machine could lose power. A
// program of its own, so that grading an exercise doesn't wait for it to be built.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/crash/tell.hpp"
#include "fault/disk/crash_test.hpp"
#include "fault/disk/explain.hpp"

namespace {

using namespace assay;
namespace fs = std::filesystem;

enum ExitCode : int {
  nothing_lost = 0,
  lost = 1,
  wrong_usage = 2,
  our_bug = 70,
  undecided = 75,
  interrupted = 130
};

constexpr std::size_t workload_bytes_max = 64U << 20;

std::atomic<bool> stop_asked{false};  // NOLINT: a signal handler's

struct Words {
  std::string command;
  std::string workload;
  std::string acked;
  std::string audit;
  std::vector<std::string> modes;
  std::size_t points = 1'000;
  std::uint64_t seed = 1;
  double limit_s = 60;
  double sync_cost_ms = 0;
  std::size_t failing_sync = 0;
  std::int64_t disk_bytes = -1;
  bool short_writes = false;
  std::string picture;
  bool json = false;
};

int explain_usage(const std::string& what) {
  std::cerr << "assay: " << what << ": see ./assay crash --help\n";
  return wrong_usage;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::invalid_argument("can't read the workload " + file);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > workload_bytes_max) {
    throw std::invalid_argument(file + " has more than 64 MiB: a workload is short");
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.empty()) throw std::invalid_argument("the workload " + file + " has no lines");
  return base::split(text, '\n');
}

// Commands run in other folders: a program named by a path from here is found there too.
std::string from_here(const std::string& command) {
  const auto end = command.find(' ');
  const std::string program = command.substr(0, end);
  std::error_code error;
  if (program.find('/') == std::string::npos || !fs::exists(program, error)) return command;
  const std::string rest = end == std::string::npos ? "" : command.substr(end);
  return base::shell_quoted(fs::absolute(program).lexically_normal().native()) + rest;
}

disk::CrashOptions options_of(const Words& words) {
  disk::CrashOptions options;
  options.command = from_here(words.command);
  options.audit = from_here(words.audit);
  options.acked = words.acked;
  options.workload = lines_of(words.workload);
  if (!words.modes.empty()) options.modes.clear();
  for (const auto& name : words.modes) options.modes.push_back(disk::parse_mode(name));
  options.points = words.points;
  options.seed = words.seed;
  options.limit = std::chrono::milliseconds(static_cast<std::int64_t>(words.limit_s * 1'000));
  options.sync_cost =
      std::chrono::nanoseconds(static_cast<std::int64_t>(words.sync_cost_ms * 1'000'000));
  if (words.failing_sync > 0) options.failing_sync = words.failing_sync;
  if (words.disk_bytes >= 0) options.disk_bytes = words.disk_bytes;
  options.short_writes = words.short_writes;
  options.stopped = [] { return stop_asked.load(); };
  if (::isatty(STDERR_FILENO) == 1) {
    options.progress = [](std::size_t done, std::size_t all) {
      std::cerr << "\r\033[K" << done << " of " << all << " moments" << std::flush;
    };
  }
  return options;
}

int run(const Words& words) {
  const auto options = options_of(words);
  auto result = disk::crash_test(options);
  if (result.loss) {
    const auto carrier = disk::explain(*result.loss).carried_by;
    if (carrier) result.loss->stack = disk::stack_behind(options, *result.loss, *carrier);
  }
  if (::isatty(STDERR_FILENO) == 1) std::cerr << "\r\033[K" << std::flush;
  if (result.loss && !words.picture.empty()) {
    std::ofstream out(words.picture);
    out << disk::picture_as_svg(*result.loss, disk::explain(*result.loss));
    if (!out.flush()) throw std::invalid_argument("can't write the picture " + words.picture);
  }
  std::cout << (words.json ? disk::result_as_json(options, result)
                           : disk::result_as_text(options, result))
            << std::flush;
  switch (result.verdict) {
    case disk::CrashResult::Verdict::nothing_lost:
      return nothing_lost;
    case disk::CrashResult::Verdict::lost:
      return lost;
    case disk::CrashResult::Verdict::cant_judge:
      break;
  }
  return undecided;
}

void describe(CLI::App& app, Words& words) {
  app.get_formatter()->column_width(34);
  app.add_option("--exec", words.command, "the program, for /bin/sh; it runs in an empty folder")
      ->required();
  app.add_option("--workload", words.workload, "a file: its standard input")->required();
  app.add_option("--acked", words.acked,
                 "which lines of its output promise something: a regular expression; its first "
                 "group, or else the line, is what the audit has to print")
      ->required();
  app.add_option("--audit", words.audit,
                 "prints what survived, a line each; runs in the disk's folder after a crash")
      ->required();
  app.add_option("--mode", words.modes,
                 "drop-all, torn, reordered (these three, if none is given), strict")
      ->delimiter(',');
  app.add_option("--points", words.points, "moments to look at, at most, in all modes (1000)");
  app.add_option("--seed", words.seed, "of what a disk keeps, and of which moments (1)");
  app.add_option("--limit", words.limit_s, "seconds that a run may take (60)")
      ->check(CLI::Range(0.1, 3'600.0));
  app.add_option("--sync-cost", words.sync_cost_ms, "milliseconds that each sync takes (0)")
      ->check(CLI::Range(0.0, 10'000.0));
  app.add_option("--fail-sync", words.failing_sync, "the sync, from 1, that fails with EIO");
  app.add_option("--disk-full", words.disk_bytes, "bytes after which writes fail with ENOSPC");
  app.add_flag("--short-writes", words.short_writes, "every other write takes half of its bytes");
  app.add_option("--picture", words.picture, "a file for an SVG of what was lost");
  app.add_flag("--json", words.json, "one JSON document");
  app.footer(
      "Example:\n"
      "  ./assay crash --exec './log' --workload lines.txt --acked '^ok (.*)' --audit 'cat "
      "data.log'\n\n"
      "Exit codes: 0 nothing lost, 1 something was, 75 can't be judged, 2 bad usage, 130 "
      "interrupted.");
}

int parse_and_run(int count, char** arguments) {
  Words words;
  CLI::App app("Takes a program through every moment at which its machine could lose power.",
               "assay crash");
  describe(app, words);
  try {
    app.parse(count, arguments);
    return run(words);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : explain_usage(error.what());
  } catch (const std::invalid_argument& error) {
    return explain_usage(error.what());
  } catch (const std::regex_error& error) {
    return explain_usage("--acked is no regular expression (" + std::string(error.what()) + ")");
  } catch (const disk::TracingUnavailable& error) {
    std::cerr << "assay: programs can't be traced here (" << error.what()
              << "): see ./assay doctor\n";
    return undecided;
  } catch (const disk::RecordingInterrupted&) {
    std::cerr << "\nassay: interrupted\n";
    return interrupted;
  }
}

}  // namespace

int main(int count, char** arguments) {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = true; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  try {
    return parse_and_run(count, arguments);
  } catch (const std::exception& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return our_bug;
  }
}
