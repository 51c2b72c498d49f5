// The one builder: turns a solution's sources into a subject, wherever they come from. It compiles
// each in a cell, as untrusted as running them, links the exercise's host, and keeps objects and
// programs by content: an edit costs one source file and one link.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proc/build_cache.hpp"

namespace assay::proc {

// What watches a subject run. Its host is of the same kind.
enum class Flavour {
  plain,
  debugger,   // unoptimised, so that every variable can be looked at
  scheduled,  // every access to memory may switch threads (host/threads)
  threads,    // ThreadSanitizer
  addresses,  // AddressSanitizer and UndefinedBehaviorSanitizer
  http,       // as plain, and serves HTTP
};

struct BuildRequest {
  std::string exercise;
  std::map<std::string, std::string> sources;  // by name: *.cpp are compiled, headers lie beside
  std::string shown_as;  // the folder that messages and debug information name
  Flavour flavour = Flavour::plain;
  std::vector<std::string> libraries = {};  // that it may use, as "hiredis"
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

  const std::filesystem::path& root() const { return root_; }

  // Calls `pause` now and then: it may throw to interrupt. Throws CellError if no cell can be made.
  Build build(const BuildRequest& request, const std::function<void()>& pause);

 private:
  using Files = std::map<std::string, std::filesystem::path>;

  Files contract_of(const std::string& exercise) const;
  std::filesystem::path host_of(const BuildRequest& request) const;

  std::filesystem::path root_;
  std::filesystem::path build_folder_;
  BuildCache cache_;
};

// Whether an entry of a solution's folder is a file with this extension. Throws std::runtime_error
// for a symbolic link: the grader may be able to read what a submission may not.
bool has_extension(const std::filesystem::directory_entry& entry, std::string_view extension);

// The sources of a folder, or one file; throws std::runtime_error in plain words (missing, not
// readable, no sources, too many or too large).
std::map<std::string, std::string> read_sources(const std::filesystem::path& path);

}  // namespace assay::proc
