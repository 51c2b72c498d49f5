// assay load: open- and closed-loop load on any server that speaks HTTP/1.1. A program of its own,
// so that grading an exercise doesn't wait for it to be built.
#include <csignal>

#include <CLI/CLI.hpp>
#include <atomic>
#include <iostream>

#include "cli/html/page_file.hpp"
#include "load/command.hpp"
#include "load/words.hpp"
#include "proc/files.hpp"
#include "report/load/page.hpp"

namespace {

using namespace assay;
using namespace assay::cli;

constexpr int our_bug = 70;

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// The first asks for an end with what was measured; the second ends it.
void ask_to_stop(int signal) {
  stop = true;
  std::signal(signal, SIG_DFL);
}

// Bad usage is one line, and exit code 2, as everywhere.
int explain(const std::string& what) {
  std::cerr << "assay: " << what << ": see ./assay load --help\n";
  return load::unusable;
}

struct Words {
  std::string rate, duration, warm_up, timeout, find_rate, html;
};

void add_options(CLI::App& app, load::LoadOptions& options, Words& words) {
  app.add_option("url", options.url, "http://HOST:PORT/PATH, or http://unix:/SOCKET:/PATH")
      ->required();
  app.add_option("--rate", words.rate, "requests a second, 1000 if it isn't given; several: 1,2,4");
  app.add_flag("--poisson", options.poisson, "arrivals at random, not evenly");
  app.add_flag("--closed", options.closed, "no rate: each connection sends when it is answered");
  app.add_option("--connections", options.connections, "that are kept open (32)");
  app.add_option("--duration", words.duration, "that is measured, for each rate (10s)");
  app.add_option("--warm-up", words.warm_up, "before it, not measured (1s)");
  app.add_option("--timeout", words.timeout, "of an answer (5s)");
  app.add_option("--find-rate", words.find_rate, "the highest rate that meets this: p99=20ms");
  app.add_option("--method", options.request.method, "GET");
  app.add_option("--header", options.request.headers, "'Name: value'; may be given again")
      ->allow_extra_args(false);
  app.add_option("--body", options.request.body, "of each request");
  app.add_option("--seed", options.seed, "of arrivals at random (1)");
  app.add_flag("--json", options.json, "one JSON document");
  app.add_option("--html", words.html, "write it as a page, too, into this file");
  app.footer(
      "Examples:\n"
      "  ./assay load http://localhost:8080/ --rate 2000\n"
      "  ./assay load http://localhost:8080/ --rate 1000,2000,4000 --duration 5s --json\n"
      "  ./assay load http://localhost:8080/ --find-rate p99=20ms\n"
      "  ./assay load http://unix:/run/app.sock:/items --closed --connections 128\n\n"
      "Exit codes: 0 measured (whatever the server answered), 2 it can't be done, 130 stopped.");
}

void read_words(const Words& words, load::LoadOptions& options) {
  if (!words.rate.empty()) options.rates_per_s = load::parse_rates(words.rate);
  if (!words.duration.empty()) options.duration = load::parse_duration(words.duration);
  if (!words.warm_up.empty()) options.warm_up = load::parse_duration(words.warm_up);
  if (!words.timeout.empty()) options.timeout = load::parse_duration(words.timeout);
  if (!words.find_rate.empty()) options.find_rate = load::parse_target(words.find_rate);
}

int run(int count, char** arguments) {
  load::LoadOptions options;
  Words words;
  CLI::App app("Loads a server over HTTP, and says how it took it.", "assay load");
  app.get_formatter()->column_width(34);
  add_options(app, options, words);
  try {
    app.parse(count, arguments);
    read_words(words, options);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : explain(error.what());
  } catch (const std::invalid_argument& error) {
    return explain(error.what());
  }
  if (!words.html.empty()) check_page_file(words.html);
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  const auto write_page = [&words](const load::Report& report) {
    const auto library = chart_library(build_folder_of_program());
    write_page_file(words.html, to_text(report::page_of(report), library));
  };
  if (words.html.empty()) return load::load_command(options, stop, std::cout, std::cerr);
  return load::load_command(options, stop, std::cout, std::cerr, write_page);
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const proc::FileError& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return load::unusable;
  } catch (const std::exception& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return our_bug;
  }
}
