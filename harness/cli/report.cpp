// assay report: the page of a run.
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/runs.hpp"
#include "grade/solution.hpp"
#include "proc/files.hpp"
#include "report/html/page.hpp"

namespace assay::cli {
namespace {

constexpr std::size_t runs_max = 4;  // side by side

}  // namespace

int report(const Context& context, const ReportOptions& options) {
  if (options.runs.size() > runs_max) {
    throw UsageError(fmt::format("at most {} runs fit side by side", runs_max));
  }
  std::vector<grade::Scorecard> cards;
  std::filesystem::path page = options.output;
  for (const auto& name : options.runs) {
    const StoredRun run = load_run(context.root, name);
    if (page.empty()) page = run.folder / "report.html";
    cards.push_back(run.card);
  }
  if (std::filesystem::is_directory(page)) {
    throw UsageError(fmt::format("{} is a folder: name the file to write", page.string()));
  }
  proc::write_atomically(page, report::to_html(cards));
  fmt::print("{}\n", grade::shown(page));
  return exit_code::passed;
}

}  // namespace assay::cli
