// The commands that show: list, show and hint.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "graders/registry.hpp"
#include "proc/files.hpp"
#include "report/text.hpp"

#include <boost/json.hpp>

namespace assay::cli {
namespace {

namespace json = boost::json;

constexpr const char* level_line = "  {:<6} {:<{}} {:>7} {:>7}  {:>5}  {}\n";

std::string best_in_words(const grade::Exercise& exercise, const ExerciseProgress* reached) {
  if (reached == nullptr || reached->best_points.empty()) return "not graded yet";
  double all = 0;
  for (const auto& level : exercise.levels) all += level.points;
  return fmt::format("best {:g} of {:g}", reached->best(), all);
}

// What of a level's points was ever reached, as a column.
std::string reached_in_words(const grade::Level& level, const ExerciseProgress* reached,
                             std::string_view none) {
  if (reached == nullptr || reached->best_points.count(level.number) == 0) return std::string(none);
  return fmt::format("{:g}", reached->best_points.at(level.number));
}

// Who can solve it: "C++, Python, any".
std::string languages_in_words(const grade::Level& level) {
  std::vector<std::string> names;
  for (const auto& language : level.languages) names.push_back(language_in_words(language));
  if (level.protocol != "threads") names.emplace_back("any");
  return base::join(names, ", ");
}

void print_levels(const Context& context, const grade::Exercise& exercise,
                  const ExerciseProgress* reached) {
  const auto dash = report::glyphs(context.out).dash;
  int columns = 0;
  for (const auto& level : exercise.levels) columns = std::max(columns, report::width(level.title));
  fmt::print("{}", report::dim(context.out, fmt::format(level_line, "level", "", columns, "minutes",
                                                        "points", "best", "languages")));
  for (const auto& level : exercise.levels) {
    fmt::print(level_line, level.number, level.title, columns, level.minutes, level.points,
               reached_in_words(level, reached, dash), languages_in_words(level));
  }
}

json::object listed(const grade::Exercise& exercise, const ExerciseProgress* reached) {
  json::array levels;
  for (const auto& level : exercise.levels) {
    levels.push_back({{"level", level.number},
                      {"title", level.title},
                      {"minutes", level.minutes},
                      {"points", level.points},
                      {"protocol", level.protocol}});
  }
  json::array tracks;
  for (const auto& track : exercise.tracks) {
    tracks.push_back({{"track", track.name},
                      {"title", track.title},
                      {"minutes", track.minutes},
                      {"checks", json::value_from(track.checks)}});
  }
  json::object entry{
      {"exercise", exercise.slug},   {"title", exercise.title}, {"question", exercise.question},
      {"summary", exercise.summary}, {"levels", levels},        {"tracks", tracks}};
  entry["best"] = reached != nullptr && !reached->best_points.empty() ? json::value(reached->best())
                                                                      : json::value(nullptr);
  return entry;
}

// Those that were given before stand back.
void print_hint(const Context& context, int number, const std::string& hint, bool is_new) {
  std::string before = fmt::format("{}. ", number);
  for (const auto& line : report::wrap(hint, context.out.columns - report::width(before))) {
    fmt::print("{}\n", is_new ? before + line : report::dim(context.out, before + line));
    before = report::repeated(" ", report::width(before));
  }
}

}  // namespace

int list(const Context& context, bool as_json) {
  const Progress progress = load_progress(context.root);
  json::array entries;
  for (const auto& exercise : context.exercises()) {
    const auto found = progress.find(exercise.slug);
    const auto* reached = found == progress.end() ? nullptr : &found->second;
    if (as_json) {
      entries.push_back(listed(exercise, reached));
      continue;
    }
    const auto& glyph = report::glyphs(context.out);
    fmt::print("{} {} question {} {} {}\n", report::bold(context.out, exercise.title), glyph.dot,
               exercise.question, glyph.dot, best_in_words(exercise, reached));
    fmt::print("  {}\n\n", exercise.summary);
    print_levels(context, exercise, reached);
    for (const auto& track : exercise.tracks) {
      fmt::print("\n  {}: {} checks, {} minutes\n    ./assay grade {} --track {}\n", track.title,
                 track.checks.size(), track.minutes, exercise.slug, track.name);
    }
    fmt::print("\n  begin: {}\n\n", report::bold(context.out, "./assay start " + exercise.slug));
  }
  if (as_json) fmt::print("{}\n", json::serialize(entries));
  return exit_code::passed;
}

int list_slugs(const Context& context) {
  for (const auto& exercise : context.exercises()) fmt::print("{}\n", exercise.slug);
  return exit_code::passed;
}

int show(const Context& context, const std::string& slug, bool reference) {
  const auto exercise = context.exercise(slug);
  if (!reference) {
    fmt::print("{}", proc::read_file(exercise.folder / "README.md"));
    return exit_code::passed;
  }
  Progress progress = load_progress(context.root);
  progress[slug].reference_opened = true;
  save_progress(context.root, progress);
  const auto folder = context.root / "reference" / slug;
  fmt::print("{}\n{}", proc::read_file(folder / "DESIGN.md"),
             proc::read_file(folder / "solution.cpp"));
  return exit_code::passed;
}

int hint(const Context& context, const std::string& slug, std::optional<int> wanted) {
  const auto exercise = context.exercise(slug);
  expect_level(exercise, wanted);
  const int number = wanted.value_or(exercise.levels.front().number);
  const auto* level = exercise.level(number);

  Progress progress = load_progress(context.root);
  int& used = progress[slug].hints_used[number];
  const int all = static_cast<int>(level->hints.size());
  const bool more = used < all;
  if (more) {
    ++used;
    save_progress(context.root, progress);
  }
  for (int i = 0; i < used; ++i) {
    print_hint(context, i + 1, level->hints[static_cast<std::size_t>(i)], more && i + 1 == used);
  }
  fmt::print("\n{}\n", used < all
                           ? fmt::format("{} of {} hints for level {}; the scorecard says so", used,
                                         all, number)
                           : fmt::format("that was the last hint for level {}; what comes "
                                         "next is ./assay show {} --reference",
                                         number, slug));
  return exit_code::passed;
}

}  // namespace assay::cli
