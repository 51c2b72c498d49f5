// The files of pages: where the launcher keeps uPlot, and where a page can be written. Shared by
// the programs behind ./assay.
#pragma once

#include <filesystem>
#include <string_view>

#include "report/html/document.hpp"

namespace assay::cli {

// Where this program was built.
std::filesystem::path build_folder_of_program();

// As the launcher has fetched it; nothing, if it isn't there as a whole.
report::ChartLibrary chart_library(const std::filesystem::path& build_folder);

// To be asked before anything takes long. Throws proc::FileError if no page can be written there.
void check_page_file(const std::filesystem::path& file);

// Throws proc::FileError.
void write_page_file(const std::filesystem::path& file, std::string_view page);

}  // namespace assay::cli
