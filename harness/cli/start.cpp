// assay start: a copy of the stubs to edit, an editor's configuration, and the first failing check.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "grade/designs.hpp"
#include "grade/solution.hpp"
#include "proc/files.hpp"
#include "report/terminal.hpp"
#include "report/text.hpp"

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

// What is in the folder beside the solution that would be started, which `grade` would not take, or
// take instead.
void expect_no_other_language(const grade::Exercise& exercise, const fs::path& mine, bool python) {
  const std::string extension = python ? ".cpp" : ".py";
  std::vector<std::string> there;
  if (fs::is_directory(mine)) {
    for (const auto& entry : fs::directory_iterator(mine)) {
      if (proc::has_extension(entry, extension)) there.push_back(entry.path().filename());
    }
  }
  if (there.empty()) return;
  std::sort(there.begin(), there.end());
  const std::string folder = grade::shown(mine);
  throw UsageError(fmt::format(
      "{0} has a solution in {1} already ({2}), and a folder is graded in one language{3}. "
      "'mkdir {0}/{4} && mv {0}/*.{4} {0}/{4}' puts it away, and "
      "'./assay grade {5} --solution {0}/{4}' still grades it",
      folder, language_in_words(python ? "c++" : "python"), base::join(there, ", "),
      python ? ": './assay grade' would not look at Python beside it"
             : ": './assay grade' would take C++ beside it instead",
      extension.substr(1), exercise.slug));
}

// The file in which each level is solved, by its number; none if the language has no stub for it.
std::map<int, std::string> files_of_levels(const Context& context, const grade::Exercise& exercise,
                                           const std::string& language) {
  std::map<int, std::string> files;
  for (const auto& level : exercise.levels) {
    if (!base::contains(level.languages, language)) continue;
    const auto source = grade::designs_of(context.root, exercise, level.number).source;
    files[level.number] = language == "python" ? level.python_file
                          : source.empty()     ? "solution.cpp"
                                               : source;
  }
  return files;
}

void say_which_file_is_for_what(const Context& context, const grade::Exercise& exercise,
                                const std::string& language, const Skeleton& skeleton,
                                const fs::path& mine, const std::vector<std::string>& written) {
  const auto files = files_of_levels(context, exercise, language);
  std::set<std::string> named;
  int columns = 0;
  for (const auto& level : exercise.levels) {
    columns = std::max(columns, report::width(level.title));
  }
  for (const auto& level : exercise.levels) {
    const auto found = files.find(level.number);
    if (found != files.end()) named.insert(found->second);
    std::string where = "not in " + language_in_words(language);
    if (found != files.end()) where = grade::shown(mine / found->second);
    if (found != files.end() && !base::contains(written, found->second)) where += "  (as it was)";
    if (level.number == exercise.levels.front().number) where += "  begin here";
    fmt::print("  level {}  {}  {}\n", level.number, report::pad_right(level.title, columns),
               where);
  }
  for (const auto& [name, from] : skeleton) {
    if (named.count(name) > 0) continue;
    fmt::print("  {}  {}\n", report::pad_right("and also", columns + 9), grade::shown(mine / name));
  }
  fmt::print("\n  the question   {}   (or ./assay show {})\n",
             grade::shown(exercise.folder / "README.md"), exercise.slug);
  const auto contract = exercise.folder / "api.hpp";
  if (language != "python" && fs::exists(contract)) {
    fmt::print("  the contract   {}\n", grade::shown(contract));
  }
  fmt::print("\n");
}

}  // namespace

int start(const Context& context, const StartOptions& options) {
  const auto exercise = context.exercise(options.exercise);
  const auto skeleton = skeleton_of(exercise, options.language);
  const fs::path mine = context.root / "my" / exercise.slug;
  expect_no_other_language(exercise, mine, options.language == "python");
  const auto written = write_skeleton(skeleton, mine, options.force);
  if (written.empty()) {
    throw UsageError(
        fmt::format("all of {0} is there already and was left alone: './assay grade {1}' grades "
                    "it, --force replaces it (and keeps the old files beside the new)",
                    grade::shown(mine), exercise.slug));
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
  say_which_file_is_for_what(context, exercise, options.language, skeleton, mine, written);

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
