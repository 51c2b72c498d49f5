// assay report: the page of a run, which assay grade --html writes as well.
#include "cli/page.hpp"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/html/page_file.hpp"
#include "cli/runs.hpp"
#include "grade/solution.hpp"
#include "report/html/page.hpp"

namespace assay::cli {
namespace {

constexpr std::size_t runs_max = 4;  // side by side

}  // namespace

void write_page(const Context& context, const std::filesystem::path& file,
                const std::vector<grade::Scorecard>& cards) {
  write_page_file(file, report::to_html(cards, chart_library(context.build_folder)));
}

int report(const Context& context, const ReportOptions& options) {
  if (options.runs.size() > runs_max) {
    throw UsageError(fmt::format("at most {} runs fit side by side", runs_max));
  }
  if (!options.output.empty()) check_page_file(options.output);
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
