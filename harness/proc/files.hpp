// Whole files, in and out.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace assay::proc {

// Names the file and the reason.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws FileError.
std::string read_file(const std::filesystem::path& path);

// The file appears whole or not at all. Throws FileError.
void write_atomically(const std::filesystem::path& path, std::string_view content,
                      std::filesystem::perms mode = std::filesystem::perms(0644));

}  // namespace assay::proc
