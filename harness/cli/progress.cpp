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

}  // namespace

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
      reached.best = stored.at("best").to_number<double>();
      reached.best_of = stored.at("best_of").to_number<double>();
      reached.reference_opened = stored.at("reference_opened").as_bool();
      for (const auto& [level, used] : stored.at("hints_used").as_object()) {
        const auto number = static_cast<int>(base::to_integer(level).value_or(0));
        reached.hints_used[number] = used.to_number<int>();
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
    json::object hints;
    for (const auto& [level, used] : reached.hints_used) hints[std::to_string(level)] = used;
    json::object stored;
    stored["best"] = reached.best;
    stored["best_of"] = reached.best_of;
    stored["hints_used"] = std::move(hints);
    stored["reference_opened"] = reached.reference_opened;
    document.emplace(slug, std::move(stored));
  }
  fs::create_directories(progress_file(root).parent_path());
  proc::write_atomically(progress_file(root), json::serialize(document) + "\n");
}

}  // namespace assay::cli
