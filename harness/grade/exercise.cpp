#include "grade/exercise.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace assay::grade {
namespace {

template <class Value>
Value required(const toml::table& table, std::string_view key, const std::string& where) {
  if (const auto value = table[key].value<Value>()) return *value;
  throw std::runtime_error(fmt::format("{}: \"{}\" is missing or of the wrong type", where, key));
}

std::vector<std::string> strings(const toml::table& table, std::string_view key) {
  std::vector<std::string> values;
  if (const auto* array = table[key].as_array()) {
    for (const auto& node : *array) values.push_back(node.value_or(std::string()));
  }
  return values;
}

template <class Use>
void for_each_table(const toml::table& table, std::string_view key, Use use) {
  if (const auto* array = table[key].as_array()) {
    for (const auto& node : *array) {
      if (const auto* entry = node.as_table()) use(*entry);
    }
  }
}

Level load_level(const toml::table& table, const std::string& where) {
  Level level;
  level.number = required<int>(table, "number", where);
  level.title = required<std::string>(table, "title", where);
  level.minutes = required<int>(table, "minutes", where);
  level.points = required<double>(table, "points", where);
  level.protocol = required<std::string>(table, "protocol", where);
  level.grading_seconds_max = required<double>(table, "grading_seconds_max", where);
  level.languages = strings(table, "languages");
  level.python_file = table["python_file"].value_or("solution.py");
  if (const auto* environment = table["environment"].as_table()) {
    for (const auto& [name, value] : *environment) {
      level.environment[std::string(name.str())] = value.value_or(std::string());
    }
  }
  level.packages = strings(table, "packages");
  level.hints = strings(table, "hints");
  level.questions = strings(table, "questions");
  return level;
}

Track load_track(const toml::table& table, const std::string& where) {
  return {required<std::string>(table, "name", where), required<std::string>(table, "title", where),
          required<int>(table, "minutes", where), strings(table, "checks")};
}

Exercise load_exercise(const std::filesystem::path& manifest) {
  const std::string where = manifest.string();
  Exercise exercise;
  exercise.folder = manifest.parent_path();
  exercise.slug = exercise.folder.filename();
  try {
    const toml::table table = toml::parse_file(where);
    exercise.title = required<std::string>(table, "title", where);
    exercise.question = required<int>(table, "question", where);
    exercise.summary = required<std::string>(table, "summary", where);
    exercise.draft = table["draft"].value_or(false);
    exercise.libraries = strings(table, "libraries");
    for_each_table(table, "level", [&](const toml::table& level) {
      exercise.levels.push_back(load_level(level, where));
    });
    for_each_table(table, "track", [&](const toml::table& track) {
      exercise.tracks.push_back(load_track(track, where));
    });
  } catch (const toml::parse_error& error) {
    throw std::runtime_error(fmt::format("{}:{}: {}", where, error.source().begin.line,
                                         std::string_view(error.description())));
  }
  return exercise;
}

}  // namespace

const Level* Exercise::level(int number) const {
  const auto found = std::find_if(levels.begin(), levels.end(),
                                  [&](const Level& level) { return level.number == number; });
  return found == levels.end() ? nullptr : &*found;
}

const Track* Exercise::track(std::string_view name) const {
  const auto found = std::find_if(tracks.begin(), tracks.end(),
                                  [&](const Track& track) { return track.name == name; });
  return found == tracks.end() ? nullptr : &*found;
}

std::vector<Exercise> load_exercises(const std::filesystem::path& root) {
  std::vector<Exercise> exercises;
  for (const auto& entry : std::filesystem::directory_iterator(root / "exercises")) {
    const auto manifest = entry.path() / "exercise.toml";
    if (std::filesystem::exists(manifest)) exercises.push_back(load_exercise(manifest));
  }
  std::sort(exercises.begin(), exercises.end(), [](const Exercise& a, const Exercise& b) {
    return std::pair(a.question, a.slug) < std::pair(b.question, b.slug);
  });
  return exercises;
}

}  // namespace assay::grade
