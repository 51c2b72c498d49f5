#include "grade/designs.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/text.hpp"
#include "proc/files.hpp"

namespace assay::grade {
namespace fs = std::filesystem;
namespace {

toml::table parsed(const fs::path& file) {
  try {
    return toml::parse(proc::read_file(file));
  } catch (const toml::parse_error& error) {
    throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), error.source().begin.line,
                                         std::string_view(error.description())));
  }
}

std::string text_in(const toml::table& table, std::string_view key, const fs::path& file) {
  const auto text = table[key].value<std::string>();
  if (!text || text->empty()) {
    throw std::runtime_error(fmt::format("{}: \"{}\" is missing", file.string(), key));
  }
  return *text;
}

bool names_level(const toml::table& variant, int level) {
  const auto* levels = variant["levels"].as_array();
  if (levels == nullptr) return true;  // of all
  return std::any_of(levels->begin(), levels->end(),
                     [&](const auto& one) { return one.value_or(0) == level; });
}

std::vector<Design> variants_of(const fs::path& root, const std::string& slug, int level) {
  std::vector<Design> variants;
  const fs::path folder = root / "tests" / slug / "variants";
  if (!fs::exists(folder)) return variants;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path file = entry.path() / "variant.toml";
    if (!fs::exists(file)) continue;
    const auto table = parsed(file);
    if (!names_level(table, level)) continue;
    variants.push_back({entry.path().filename(), entry.path(), text_in(table, "design", file),
                        text_in(table, "trade_off", file)});
  }
  std::sort(variants.begin(), variants.end(),
            [](const Design& a, const Design& b) { return a.name < b.name; });
  return variants;
}

std::string without_comments(std::string text) {
  for (std::size_t at = 0; (at = text.find("/*", at)) != std::string::npos;) {
    const auto end = text.find("*/", at + 2);
    text.erase(at, end == std::string::npos ? end : end + 2 - at);
  }
  return text;
}

int lines_of_code(const std::string& text, const std::string& comment) {
  int count = 0;
  for (const auto& line : base::split(text, '\n')) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string::npos && line.compare(first, comment.size(), comment) != 0) ++count;
  }
  return count;
}

// `name`, and what it includes of its own folder.
void add_included(const std::map<std::string, std::string>& sources, const std::string& name,
                  std::set<std::string>& names) {
  const auto found = sources.find(name);
  if (found == sources.end() || !names.insert(name).second) return;
  for (const auto& line : base::split(found->second, '\n')) {
    const auto words = base::split(line, '"');
    if (words.size() == 3 && words[0].starts_with("#include")) {
      add_included(sources, words[1], names);
    }
  }
}

}  // namespace

Designs designs_of(const fs::path& root, const Exercise& exercise, int level) {
  Designs designs;
  const fs::path file = root / "reference" / exercise.slug / "design.toml";
  if (fs::exists(file)) {
    const auto table = parsed(file);
    const auto* levels = table["level"].as_array();
    for (std::size_t i = 0; levels != nullptr && i < levels->size(); ++i) {
      const auto* one = levels->get_as<toml::table>(i);
      if (one == nullptr || (*one)["number"].value_or(0) != level) continue;
      designs.source = text_in(*one, "source", file);
      designs.designs.push_back({"reference", "reference", text_in(*one, "design", file),
                                 text_in(*one, "trade_off", file)});
    }
  }
  if (designs.designs.empty()) designs.designs.push_back({"reference", "reference", "", ""});
  for (auto& variant : variants_of(root, exercise.slug, level)) {
    designs.designs.push_back(std::move(variant));
  }
  return designs;
}

int code_lines(const Solution& solution, const std::string& source) {
  int lines = 0;
  for (const auto& [name, path] : solution.files)
    lines += lines_of_code(proc::read_file(path), "#");
  std::set<std::string> names;
  add_included(solution.sources, source, names);
  for (const auto& [name, text] : solution.sources) {
    if (!names.empty() && names.count(name) == 0) continue;
    lines += lines_of_code(without_comments(text), "//");
  }
  return lines;
}

}  // namespace assay::grade
