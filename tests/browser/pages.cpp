// Writes pages for the browser to open, into the folder that is named: of a run like any other, of
// two side by side, of a load, of a history, and of each with hostile strings. With a second
// folder, in which the launcher keeps uPlot, they have it inside.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "hostile.hpp"
#include "pages.hpp"
#include "report/html/page.hpp"
#include "report/load/page.hpp"
#include "sample.hpp"

namespace {

namespace fs = std::filesystem;
using namespace assay;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

report::ChartLibrary library_in(const fs::path& folder) {
  const auto digest = [&](const char* name) { return content(folder / name).substr(0, 64); };
  return {content(folder / "uPlot.iife.min.js"), digest("uPlot.iife.min.js.sha256"),
          content(folder / "uPlot.min.css"), digest("uPlot.min.css.sha256")};
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2 || count > 3) {
    std::cerr << "usage: report_pages FOLDER [FOLDER OF UPLOT]\n";
    return 2;
  }
  const fs::path to = words[1];
  const auto library = count == 3 ? library_in(words[2]) : report::ChartLibrary{};
  const auto write = [&](const std::string& name, const std::string& page) {
    std::ofstream(to / (name + ".html")) << page;
  };
  const auto write_all = [&](const std::string& kind, const grade::Scorecard& card,
                             const std::string& text) {
    write(kind + "run", report::to_html({card}, library));
    write(kind + "sides", report::to_html({card, card}, library));
    write(kind + "load", to_text(report::page_of(report::sample_load(text)), library));
    write(kind + "history", to_text(report::history_page(text), library));
  };
  write_all("", report::sample_card(), "items");
  write_all("hostile-", report::card_of(report::hostile), report::hostile);
} catch (const std::exception& error) {
  std::cerr << "report_pages: " << error.what() << '\n';
  return 1;
}
