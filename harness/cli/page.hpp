// Writes the page of runs, with the chart library that the launcher fetched, if it did.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/context.hpp"
#include "grade/scorecard.hpp"

namespace assay::cli {

// Throws proc::FileError if `file` can't be one.
void write_page(const Context& context, const std::filesystem::path& file,
                const std::vector<grade::Scorecard>& cards);

}  // namespace assay::cli
