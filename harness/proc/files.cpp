#include "proc/files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const char* attempt, const fs::path& path, int reason) {
  throw FileError(fmt::format("can't {} {}: {}", attempt, path.string(), std::strerror(reason)));
}

}  // namespace

std::string read_file(const fs::path& path) {
  if (fs::is_directory(path)) fail("read", path, EISDIR);
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("read", path, errno);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_atomically(const fs::path& path, std::string_view content, fs::perms mode) {
  const fs::path draft = path.string() + fmt::format(".{}.draft", ::getpid());
  std::ofstream file(draft, std::ios::binary);
  file << content;
  file.close();
  std::error_code error(file ? 0 : errno, std::generic_category());
  if (!error) fs::permissions(draft, mode, error);
  if (!error) fs::rename(draft, path, error);
  if (!error) return;
  std::error_code ignored;
  fs::remove(draft, ignored);
  fail("write", path, error.value());
}

}  // namespace assay::proc
