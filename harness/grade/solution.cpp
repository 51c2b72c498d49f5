#include "grade/solution.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "proc/builder.hpp"
#include "proc/files.hpp"

namespace assay::grade {
namespace fs = std::filesystem;
namespace {

// The Python files of a folder without C++, or the one that was named; empty if there are none.
std::map<std::string, fs::path> python_files(const fs::path& path) {
  std::map<std::string, fs::path> files;
  if (path.extension() == ".py" && fs::is_regular_file(path)) return {{path.filename(), path}};
  if (!fs::is_directory(path)) return {};
  for (const auto& entry : fs::directory_iterator(path)) {
    if (proc::has_extension(entry, ".cpp")) return {};
    if (proc::has_extension(entry, ".py")) files[entry.path().filename()] = entry.path();
  }
  return files;
}

Solution solution_at(const fs::path& path, std::string kind) {
  Solution solution;
  solution.files = python_files(path);
  solution.info = {std::move(kind), shown(path), solution.files.empty() ? "c++" : "python"};
  if (solution.files.empty()) solution.sources = proc::read_sources(path);
  return solution;
}

Solution stub_of(const Exercise& exercise) {
  Solution stub = solution_at(exercise.folder / "stub.cpp", "stub");
  for (const auto& [name, path] : stub_files(exercise)) {
    stub.sources[path.filename()] = proc::read_file(path);
  }
  return stub;
}

}  // namespace

std::map<std::string, fs::path> stub_files(const Exercise& exercise, const std::string& language) {
  const std::string prefix = "stub_";
  const std::string extension = language == "python" ? ".py" : ".cpp";
  std::map<std::string, fs::path> files{
      {"solution" + extension, exercise.folder / ("stub" + extension)}};
  for (const auto& entry : fs::directory_iterator(exercise.folder)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix) || !name.ends_with(extension)) continue;
    files[name.substr(prefix.size())] = entry.path();
  }
  return files;
}

std::string shown(const fs::path& path) {
  std::error_code error;
  const fs::path relative = fs::relative(path, error);
  const bool near = !error && !relative.empty() && *relative.begin() != "..";
  return near ? relative.string() : path.string();
}

Solution find_solution(const fs::path& root, const Exercise& exercise, const std::string& wanted) {
  if (wanted == "reference") {
    return solution_at(root / "reference" / exercise.slug, "reference");
  }
  if (wanted == "stub") return stub_of(exercise);
  if (!wanted.empty()) return solution_at(fs::absolute(wanted), "path");
  const fs::path mine = root / "my" / exercise.slug;
  if (!fs::exists(mine)) {
    throw std::runtime_error(
        fmt::format("there is no my/{0} yet: './assay start {0}' makes it, or "
                    "name another with --solution",
                    exercise.slug));
  }
  return solution_at(mine, "mine");
}

Solution exec_solution(const std::string& command) {
  Solution solution;
  solution.info = {"exec", command, "any"};
  return solution;
}

}  // namespace assay::grade
