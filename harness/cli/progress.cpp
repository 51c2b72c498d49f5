#include "cli/progress.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/context.hpp"
#include "proc/files.hpp"

namespace assay::cli {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

fs::path progress_file(const fs::path& root) { return root / ".assay" / "progress.json"; }

// "1": 20, by the number of a level.
template <class Number>
std::map<int, Number> by_level(const json::object& stored, const char* key) {
  std::map<int, Number> numbers;
  for (const auto& [level, number] : stored.at(key).as_object()) {
    numbers[static_cast<int>(base::to_integer(level).value())] =
        number.template to_number<Number>();
  }
  return numbers;
}

template <class Number>
json::object by_level(const std::map<int, Number>& numbers) {
  json::object stored;
  for (const auto& [level, number] : numbers) stored[std::to_string(level)] = number;
  return stored;
}

}  // namespace

double ExerciseProgress::best() const {
  double sum = 0;
  for (const auto& [level, points] : best_points) sum += points;
  return sum;
}

int ExerciseProgress::hints_used_in_all() const {
  int sum = 0;
  for (const auto& [level, used] : hints_used) sum += used;
  return sum;
}

Progress load_progress(const fs::path& root) {
  const fs::path path = progress_file(root);
  Progress progress;
  if (!fs::exists(path)) return progress;
  try {
    const json::value document = json::parse(proc::read_file(path));
    for (const auto& [slug, value] : document.as_object()) {
      ExerciseProgress& reached = progress[slug];
      const json::object& stored = value.as_object();
      reached.reference_opened = stored.at("reference_opened").as_bool();
      reached.hints_used = by_level<int>(stored, "hints_used");
      // An earlier Assay kept one number for all levels, which says too little.
      if (stored.contains("best_points")) {
        reached.best_points = by_level<double>(stored, "best_points");
      }
    }
  } catch (const std::exception&) {
    throw UsageError(fmt::format("{} is damaged: mend it or remove it", path.string()));
  }
  return progress;
}

void save_progress(const fs::path& root, const Progress& progress) {
  json::object document;
  for (const auto& [slug, reached] : progress) {
    json::object stored;
    stored["best_points"] = by_level(reached.best_points);
    stored["hints_used"] = by_level(reached.hints_used);
    stored["reference_opened"] = reached.reference_opened;
    document.emplace(slug, std::move(stored));
  }
  fs::create_directories(progress_file(root).parent_path());
  proc::write_atomically(progress_file(root), json::serialize(document) + "\n");
}

}  // namespace assay::cli
