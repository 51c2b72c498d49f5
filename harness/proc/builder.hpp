// The one builder: turns a solution's sources into a subject, wherever they come from. It compiles
// them in a cell, as untrusted as running them, links the exercise's host, and keeps what it built
// by content.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace assay::proc {

struct BuildRequest {
  std::string exercise;
  std::map<std::string, std::string> sources;  // by name: *.cpp are compiled, headers lie beside
  std::string shown_as;       // the folder that messages and debug information name
  bool for_debugger = false;  // unoptimised, so that every variable can be looked at
};

struct Build {
  bool built = false;
  std::filesystem::path program;  // in the cache; valid as long as the cache
  std::string messages;           // the compiler's: warnings, or why it did not build
  bool from_cache = false;
  std::chrono::milliseconds took_ms{0};
};

class Builder {
 public:
  // `root` is the checkout, `build_folder` where assay and its libraries were built.
  Builder(std::filesystem::path root, std::filesystem::path build_folder);

  // Calls `pause` now and then: it may throw to interrupt. Throws CellError if no cell can be made.
  Build build(const BuildRequest& request, const std::function<void()>& pause);

 private:
  std::filesystem::path root_;
  std::filesystem::path build_folder_;
};

// Whether an entry of a solution's folder is a file with this extension. Throws std::runtime_error
// for a symbolic link: the grader may be able to read what a submission may not.
bool has_extension(const std::filesystem::directory_entry& entry, std::string_view extension);

// The sources of a folder, or one file; throws std::runtime_error in plain words (missing, not
// readable, no sources, too many or too large).
std::map<std::string, std::string> read_sources(const std::filesystem::path& path);

}  // namespace assay::proc
