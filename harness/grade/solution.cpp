#include "grade/solution.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace assay::grade {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds cpu_limit{3};

// The Python files of a folder or the one that was named; empty if this is not a Python solution.
std::map<std::string, fs::path> python_files(const fs::path& path) {
  std::map<std::string, fs::path> files;
  if (path.extension() == ".py" && fs::is_regular_file(path)) return {{path.filename(), path}};
  if (!fs::is_directory(path) || !fs::exists(path / "solution.py")) return {};
  if (fs::exists(path / "solution.cpp")) return {};
  for (const auto& entry : fs::directory_iterator(path)) {
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

}  // namespace

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
  if (wanted == "stub") {
    Solution solution = solution_at(exercise.folder / "stub.cpp", "stub");
    for (const auto& entry : fs::directory_iterator(exercise.folder)) {
      const std::string name = entry.path().filename();
      if (!name.starts_with("stub_") || !proc::has_extension(entry, ".cpp")) continue;
      solution.sources[name] = proc::read_sources(entry.path()).at(name);
    }
    return solution;
  }
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

Readied ready(const Solution& solution, const Exercise& exercise, int contract_version,
              proc::Builder& builder, const std::function<void()>& pause, Purpose purpose) {
  Readied readied;
  SubjectSpec subject;
  subject.exercise = exercise.slug;
  subject.contract_version = contract_version;
  subject.limits.cpu = cpu_limit;
  if (solution.info.kind == "exec") {
    subject.argv = {"sh", "-c", solution.info.path};
    subject.directory = fs::current_path();
    readied.subject = std::move(subject);
    return readied;
  }
  const fs::path path = fs::absolute(solution.info.path);
  subject.shown_as = shown(fs::is_directory(path) ? path : path.parent_path());
  if (solution.info.language == "python") {
    subject.files = solution.files;
    const bool folder = solution.files.count("solution.py") > 0;
    subject.argv = {"python3",
                    "{cell}/" + (folder ? "solution.py" : solution.files.begin()->first)};
  } else {
    readied.build = builder.build(
        {exercise.slug, solution.sources, subject.shown_as, purpose == Purpose::debugging}, pause);
    if (!readied.build.built) return readied;
    subject.files = {{"subject", readied.build.program}};
    subject.argv = {"{cell}/subject"};
  }
  readied.subject = std::move(subject);
  return readied;
}

}  // namespace assay::grade
