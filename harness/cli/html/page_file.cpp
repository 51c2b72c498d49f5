#include "cli/html/page_file.hpp"

#include "proc/files.hpp"

namespace assay::cli {
namespace fs = std::filesystem;

fs::path build_folder_of_program() {
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path();
}

report::ChartLibrary chart_library(const fs::path& build_folder) {
  const fs::path folder = build_folder / "page";
  const auto digest = [&](const char* name) {
    return proc::read_file(folder / name).substr(0, 64);
  };
  if (!fs::exists(folder / "complete")) return {};
  return {proc::read_file(folder / "uPlot.iife.min.js"), digest("uPlot.iife.min.js.sha256"),
          proc::read_file(folder / "uPlot.min.css"), digest("uPlot.min.css.sha256")};
}

void check_page_file(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) {
    throw proc::FileError(file.string() + " is a folder: name the file to write the page to");
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (fs::is_directory(folder, ignored)) return;
  throw proc::FileError("can't write the page " + file.string() + ": there is no folder " +
                        folder.string());
}

void write_page_file(const fs::path& file, std::string_view page) {
  check_page_file(file);
  proc::write_atomically(file, page);
}

}  // namespace assay::cli
