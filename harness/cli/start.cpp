// assay start: a copy of the stub to edit, an editor's configuration, and the first failing check.
#include <algorithm>

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

struct Skeleton {
  fs::path from;
  fs::path to;
};

Skeleton skeleton_of(const Context& context, const grade::Exercise& exercise,
                     const std::string& language) {
  const fs::path mine = context.root / "my" / exercise.slug;
  const auto& languages = exercise.levels.front().languages;
  if (std::find(languages.begin(), languages.end(), language) == languages.end()) {
    throw UsageError(fmt::format(
        "{} has no skeleton in '{}': there is {}. A program in any other "
        "language is graded with --exec (docs/protocols.md)",
        exercise.slug, base::printable_line(language, 40), base::join(languages, " and ")));
  }
  if (language == "python") return {exercise.folder / "stub.py", mine / "solution.py"};
  return {exercise.folder / "stub.cpp", mine / "solution.cpp"};
}

// solution.cpp.old, or .old.2 and so on: nothing that was kept is ever replaced.
fs::path name_for_old(const fs::path& path) {
  fs::path name = path.string() + ".old";
  for (int i = 2; fs::exists(name); ++i) name = fmt::format("{}.old.{}", path.string(), i);
  return name;
}

// So that clangd finds api.hpp and knows the flags.
std::string compile_commands(const Context& context, const grade::Exercise& exercise,
                             const fs::path& source) {
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
                              source.string()};
  const json::array entries{json::object{{"directory", source.parent_path().string()},
                                         {"file", source.string()},
                                         {"arguments", arguments}}};
  return json::serialize(entries) + "\n";
}

void say_where_things_are(const grade::Exercise& exercise, const Skeleton& skeleton) {
  const auto line = [](const char* did, const fs::path& path, const std::string& what) {
    fmt::print("  {:<6} {:<40} {}\n", did, grade::shown(path), what);
  };
  line("wrote", skeleton.to, "edit this one");
  line("read", exercise.folder / "README.md", "the question (./assay show " + exercise.slug + ")");
  if (skeleton.to.extension() == ".cpp") line("read", exercise.folder / "api.hpp", "the contract");
  fmt::print("\n");
}

}  // namespace

int start(const Context& context, const StartOptions& options) {
  const auto exercise = context.exercise(options.exercise);
  const auto skeleton = skeleton_of(context, exercise, options.language);
  const fs::path mine = skeleton.to.parent_path();
  const auto other = skeleton.to.extension() == ".py" ? "solution.cpp" : "solution.py";
  if (fs::exists(mine / other)) {
    throw UsageError(fmt::format("{} is there already, in another language: move it away first",
                                 grade::shown(mine / other)));
  }
  if (fs::exists(skeleton.to) && !options.force) {
    throw UsageError(
        fmt::format("{0} is there already and was left alone: './assay grade {1}' grades "
                    "it, --force replaces it (and keeps the old one beside it)",
                    grade::shown(skeleton.to), exercise.slug));
  }
  fs::create_directories(mine);
  if (fs::exists(skeleton.to)) fs::rename(skeleton.to, name_for_old(skeleton.to));
  proc::write_atomically(skeleton.to, proc::read_file(skeleton.from));
  if (skeleton.to.extension() == ".cpp") {
    proc::write_atomically(mine / "compile_commands.json",
                           compile_commands(context, exercise, skeleton.to));
  }

  const auto& level = exercise.levels.front();
  const auto& glyph = report::glyphs(context.out);
  fmt::print("{} {} question {} {} level 1 takes about {} minutes\n\n",
             report::bold(context.out, exercise.title), glyph.dot, exercise.question, glyph.dot,
             level.minutes);
  say_where_things_are(exercise, skeleton);

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
