// assay report: the page of a run, which assay grade --html writes as well.
#include "cli/page.hpp"

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

// Nothing, if it isn't there as a whole.
report::ChartLibrary chart_library(const std::filesystem::path& folder) {
  const auto digest = [&](const char* name) {
    return proc::read_file(folder / name).substr(0, 64);
  };
  if (!std::filesystem::exists(folder / "complete")) return {};
  return {proc::read_file(folder / "uPlot.iife.min.js"), digest("uPlot.iife.min.js.sha256"),
          proc::read_file(folder / "uPlot.min.css"), digest("uPlot.min.css.sha256")};
}

}  // namespace

void write_page(const Context& context, const std::filesystem::path& file,
                const std::vector<grade::Scorecard>& cards) {
  if (std::filesystem::is_directory(file)) {
    throw UsageError(fmt::format("{} is a folder: name the file to write", file.string()));
  }
  proc::write_atomically(file,
                         report::to_html(cards, chart_library(context.build_folder / "page")));
}

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
  write_page(context, page, cards);
  fmt::print("{}\n", grade::shown(page));
  return exit_code::passed;
}

}  // namespace assay::cli
