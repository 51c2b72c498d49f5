// assay check: judges a history, of anyone's system. A program of its own, so that grading an
// exercise doesn't wait for the checker to be built.
#include <CLI/CLI.hpp>
#include <iostream>

#include "check/command.hpp"
#include "cli/html/page_file.hpp"
#include "proc/files.hpp"
#include "report/history/page.hpp"

namespace {

using namespace assay;
using namespace assay::cli;

constexpr int our_bug = 70;

// Bad usage is one line, and exit code 2, as everywhere.
int explain(const std::string& what) {
  std::cerr << "assay: " << what << ": see ./assay check --help\n";
  return check::unreadable;
}

int run(int count, char** words) {
  check::CheckOptions options;
  std::string budget;
  std::string html;
  CLI::App app("Judges a history: does the model hold?", "assay check");
  app.get_formatter()->column_width(34);
  app.add_option("file", options.file,
                 "a history (docs/histories.md); its format is found by itself")
      ->required();
  app.add_option("--model", options.model, "one of those below; else what fits the operations");
  app.add_flag("--json", options.json, "one JSON document");
  app.add_flag("--explain", options.explain, "the smallest part that can't be, and why");
  app.add_option("--svg", options.picture, "a picture of the explanation, into this file");
  app.add_option("--html", html, "a page of the explanation, into this file");
  app.add_option("--budget", budget, "time and memory, as 10s, 512M or 10s,2G");
  app.footer(
      "Models:\n" + check::models_help() +
      "\nExamples:\n"
      "  ./assay check history.jsonl --model register --explain\n"
      "  ./assay check etcd.log --json --budget 30s,4G\n\n"
      "Exit codes: 0 the model holds, 1 it doesn't, 75 unknown within the budget, 2 the file\n"
      "can't be read.");
  try {
    app.parse(count, words);
    if (!budget.empty()) options.budget = check::parse_budget(budget);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : explain(error.what());
  } catch (const std::invalid_argument& error) {
    return explain(error.what());
  }
  if (html.empty()) return check::check_command(options, std::cout, std::cerr);
  check_page_file(html);
  return check::check_command(options, std::cout, std::cerr, [&html](const auto& finding) {
    const auto library = chart_library(build_folder_of_program());
    write_page_file(html, to_text(report::page_of(finding), library));
  });
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const proc::FileError& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return check::unreadable;
  } catch (const std::exception& error) {
    std::cerr << "assay: " << error.what() << '\n';
    return our_bug;
  }
}
