// Where in the sources the instructions of a built program come from.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay::proc {

// "my/rate_limiter/shared.cpp:57" for each offset (hexadecimal, from the program's load address)
// that debug information leads to a file in `folder`, the one that the program's build showed its
// sources as. Where functions are inlined, the innermost place in that folder counts. It runs
// addr2line in a cell, since the program is untrusted. Throws CellError.
std::map<std::string, std::string> code_places(const std::filesystem::path& program,
                                               const std::vector<std::string>& offsets,
                                               const std::string& folder);

}  // namespace assay::proc
