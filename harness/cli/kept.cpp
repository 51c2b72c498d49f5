#include "cli/kept.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/play.hpp"
#include "grade/solution.hpp"
#include "proc/files.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t name_letters_max = 40;
constexpr std::string_view kept_extension = ".txt";
constexpr std::string_view kept_ids = "yours.";
constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789_";

void expect_a_name(const std::string& name) {
  const bool fits = !name.empty() && name.size() <= name_letters_max &&
                    name.find_first_not_of(name_letters) == std::string::npos;
  if (fits) return;
  throw UsageError(fmt::format("a name has a-z, 0-9 and _, at most {} of them, unlike '{}'",
                               name_letters_max, base::printable_line(name, 60)));
}

grade::Script read_session(const fs::path& file, const grade::Play& play) {
  grade::Script script;
  const auto lines = base::split(proc::read_file(file), '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    const auto where = fmt::format("{}:{}", grade::shown(file), i + 1);
    try {
      expect_a_verb(lines[i], play.verbs());
      std::string line = play.to_line(lines[i], script);
      if (play.is_setup(line) != script.setup.empty()) {
        throw grade::Misunderstood("a session begins with its setup, and has one only");
      }
      if (script.operations.size() == kept_operations_max) {
        throw grade::Misunderstood(
            fmt::format("a session has at most {} operations", kept_operations_max));
      }
      if (script.setup.empty()) {
        script.setup = std::move(line);
      } else {
        script.operations.push_back(std::move(line));
      }
    } catch (const grade::Misunderstood& error) {
      throw UsageError(where + ": " + error.what());
    }
  }
  if (script.operations.empty()) throw UsageError(grade::shown(file) + ": has no operations");
  return script;
}

}  // namespace

void expect_a_verb(const std::string& typed, const std::vector<std::string>& verbs) {
  const std::string verb = typed.substr(0, typed.find(' '));
  if (base::contains(verbs, verb)) return;
  const auto meant = base::did_you_mean(verb, verbs);
  throw grade::Misunderstood(
      fmt::format("there is no operation '{}': {}", base::printable_line(verb, 60),
                  meant ? fmt::format("did you mean '{}'?", *meant) : "'help' lists them"));
}

fs::path kept_folder(const Context& context, const std::string& slug) {
  return context.root / "my" / slug / "kept";
}

fs::path keep(const Context& context, const std::string& slug, const grade::Play& play,
              const grade::Script& script, const std::string& name) {
  expect_a_name(name);
  if (script.operations.empty())
    throw UsageError("there is nothing to keep yet: make a call first");
  fs::path file = kept_folder(context, slug) / (name + std::string(kept_extension));
  if (fs::exists(file)) {
    throw UsageError(fmt::format("{} is there already: take another name", grade::shown(file)));
  }
  std::string text = play.to_typed(script.setup) + '\n';
  for (const auto& operation : script.operations) text += play.to_typed(operation) + '\n';
  fs::create_directories(file.parent_path());
  proc::write_atomically(file, text);
  return file;
}

void add_kept_checks(const Context& context, const std::string& slug, grade::Grader& grader) {
  const fs::path folder = kept_folder(context, slug);
  if (!grader.play || !fs::is_directory(folder)) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (proc::has_extension(entry, kept_extension)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.size() > kept_sessions_max) {
    throw UsageError(
        fmt::format("{} has more than {} sessions", grade::shown(folder), kept_sessions_max));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string name = files[i].stem();
    expect_a_name(name);
    grader.checks.push_back(grader.play->check(read_session(files[i], *grader.play),
                                               fmt::format("{}{}", kept_ids, i + 1), "kept_" + name,
                                               "your kept session " + name));
  }
}

bool is_kept(const grade::CheckResult& result) { return result.id.starts_with(kept_ids); }

}  // namespace assay::cli
