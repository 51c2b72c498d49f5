// assay start: a copy of the stub to edit, an editor's configuration, and the first failing check.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "grade/solution.hpp"
#include "proc/files.hpp"
#include "report/terminal.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

// What is copied: from where, by the name that it has in the learner's folder.
using Skeleton = std::map<std::string, fs::path>;

Skeleton skeleton_of(const grade::Exercise& exercise, const std::string& language) {
  const auto& languages = exercise.levels.front().languages;
  if (std::find(languages.begin(), languages.end(), language) == languages.end()) {
    throw UsageError(fmt::format(
        "{} has no skeleton in '{}': there is {}. A program in any other "
        "language is graded with --exec (docs/protocols.md)",
        exercise.slug, base::printable_line(language, 40), base::join(languages, " and ")));
  }
  return grade::stub_files(exercise, language);
}

// solution.cpp.old, or .old.2 and so on: nothing that was kept is ever replaced.
fs::path name_for_old(const fs::path& path) {
  fs::path name = path.string() + ".old";
  for (int i = 2; fs::exists(name); ++i) name = fmt::format("{}.old.{}", path.string(), i);
  return name;
}

// So that clangd finds api.hpp and knows the flags.
std::string compile_commands(const Context& context, const grade::Exercise& exercise,
                             const Skeleton& skeleton, const fs::path& mine) {
  json::array entries;
  for (const auto& [name, from] : skeleton) {
    const json::array arguments{"g++",
                                "-std=c++20",
                                "-Wall",
                                "-Wextra",
                                "-Wno-unused-parameter",
                                "-iquote",
                                exercise.folder.string(),
                                "-iquote",
                                (context.root / "exercises").string(),
                                "-c",
                                (mine / name).string()};
    entries.push_back(json::object{
        {"directory", mine.string()}, {"file", (mine / name).string()}, {"arguments", arguments}});
  }
  return json::serialize(entries) + "\n";
}

void line(const char* did, const fs::path& path, const std::string& what) {
  fmt::print("  {:<6} {:<40} {}\n", did, grade::shown(path), what);
}

// Files that are there stay as they are, unless they are to be replaced; then they stay beside the
// new ones. Returns the names that were written.
std::vector<std::string> write_skeleton(const Skeleton& skeleton, const fs::path& mine,
                                        bool replace) {
  std::vector<std::string> written;
  fs::create_directories(mine);
  for (const auto& [name, from] : skeleton) {
    const fs::path to = mine / name;
    if (fs::exists(to) && !replace) continue;
    if (fs::exists(to)) fs::rename(to, name_for_old(to));
    proc::write_atomically(to, proc::read_file(from));
    written.push_back(name);
  }
  return written;
}

void say_where_things_are(const grade::Exercise& exercise, const fs::path& mine,
                          const std::vector<std::string>& written) {
  for (const auto& name : written) {
    const bool first = name.starts_with("solution.");
    line("wrote", mine / name, first ? "edit this one" : "for a later level");
  }
  line("read", exercise.folder / "README.md", "the question (./assay show " + exercise.slug + ")");
  if (fs::exists(mine / "solution.cpp")) line("read", exercise.folder / "api.hpp", "the contract");
  fmt::print("\n");
}

}  // namespace

int start(const Context& context, const StartOptions& options) {
  const auto exercise = context.exercise(options.exercise);
  const auto skeleton = skeleton_of(exercise, options.language);
  const fs::path mine = context.root / "my" / exercise.slug;
  const auto other = options.language == "python" ? "solution.cpp" : "solution.py";
  if (fs::exists(mine / other)) {
    throw UsageError(fmt::format("{} is there already, in another language: move it away first",
                                 grade::shown(mine / other)));
  }
  const auto written = write_skeleton(skeleton, mine, options.force);
  if (written.empty()) {
    throw UsageError(
        fmt::format("{0} is there already and was left alone: './assay grade {1}' grades "
                    "it, --force replaces it (and keeps the old one beside it)",
                    grade::shown(mine / skeleton.rbegin()->first), exercise.slug));
  }
  if (options.language != "python") {
    proc::write_atomically(mine / "compile_commands.json",
                           compile_commands(context, exercise, skeleton, mine));
  }

  const auto& level = exercise.levels.front();
  const auto& glyph = report::glyphs(context.out);
  fmt::print("{} {} question {} {} level 1 takes about {} minutes\n\n",
             report::bold(context.out, exercise.title), glyph.dot, exercise.question, glyph.dot,
             level.minutes);
  say_where_things_are(exercise, mine, written);

  GradeOptions first_level;
  first_level.exercise = exercise.slug;
  first_level.level = level.number;
  const auto card = grade_once(context, first_level);
  if (!card) return exit_code::not_built;
  const auto failing =
      std::find_if(card->checks.begin(), card->checks.end(),
                   [](const auto& check) { return check.verdict != grade::Verdict::pass; });
  if (failing != card->checks.end()) {
    fmt::print("{}\n", report::check_story(*failing, context.out));
  }
  fmt::print("next: {}   grades level 1 at every save\n",
             report::bold(context.out, "./assay watch " + exercise.slug));
  return exit_code::passed;
}

}  // namespace assay::cli
