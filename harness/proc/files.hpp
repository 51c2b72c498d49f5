// Whole files, in and out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace assay::proc {

// Throws std::runtime_error that names the file and the reason.
std::string read_file(const std::filesystem::path& path);

// The file appears whole or not at all. Throws like read_file.
void write_atomically(const std::filesystem::path& path, std::string_view content,
                      std::filesystem::perms mode = std::filesystem::perms(0644));

}  // namespace assay::proc
