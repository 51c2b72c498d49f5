// Goal: docs/results.md and the code say the same. Method: every key that a full scorecard writes
// is a row of the page's tables, every row is a key that is written, its type is right, and the
// page's example is what to_json() writes.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "report/json.hpp"
#include "report/json_text.hpp"
#include "sample.hpp"

namespace assay::report {
namespace {

namespace json = boost::json;
using Types = std::map<std::string, std::set<std::string>>;

std::string page() {
  std::ifstream file(std::filesystem::path(ASSAY_SOURCE_FOLDER) / "docs" / "results.md");
  EXPECT_TRUE(file.is_open()) << "docs/results.md can't be read";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string type_of(const json::value& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "number";
}

// "checks[].steps[].did" and what was found there. The names of metrics are each check's own.
void collect(const json::value& value, const std::string& path, Types& types) {
  if (!path.empty() && !path.ends_with("[]")) types[path].insert(type_of(value));
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) collect(element, path + "[]", types);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    const std::string name = path == "checks[].metrics" ? "*" : std::string(member.key());
    collect(member.value(), path.empty() ? name : path + "." + name, types);
  }
}

// Rows of the form: | `key` | type or null | unit | meaning |
Types documented() {
  Types types;
  std::istringstream lines(page());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::size_t key_end = line.find('`', 3);
    const std::size_t type_start = line.find("| ", key_end) + 2;
    const std::size_t type_end = line.find(" |", type_start);
    std::istringstream words(line.substr(type_start, type_end - type_start));
    std::set<std::string>& found = types[line.substr(3, key_end - 3)];
    for (std::string word; words >> word;) {
      if (word != "or") found.insert(word);
    }
  }
  return types;
}

Types written() {
  grade::Scorecard card = sample_card();
  card.checks[2].timeline->calls.push_back({});
  Types types;
  collect(parse_exactly(to_json(card)), "", types);
  return types;
}

// A scorecard short enough for the page.
grade::Scorecard example() {
  grade::Scorecard card = sample_card();
  card.checks = {passed("1.1", "capacity", "admits up to its capacity at once"), refill_failed()};
  card.levels = {{1, "Token bucket", 20, 4, 8, 8}};
  card.score = 4;
  card.max_score = 8;
  card.complete = true;
  return card;
}

TEST(ResultsPage, NamesEveryKeyThatIsWritten) {
  const Types rows = documented();
  for (const auto& [key, types] : written()) EXPECT_TRUE(rows.contains(key)) << key;
}

TEST(ResultsPage, NamesNoOtherKey) {
  const Types keys = written();
  for (const auto& [key, types] : documented()) EXPECT_TRUE(keys.contains(key)) << key;
}

TEST(ResultsPage, GivesEachKeyItsType) {
  const Types rows = documented();
  for (const auto& [key, types] : written()) {
    const auto row = rows.find(key);
    EXPECT_TRUE(row == rows.end() || row->second == types) << key;
  }
}

TEST(ResultsPage, ShowsARealExample) {
  const std::string text = page();
  const std::string fence = "```json\n";
  ASSERT_NE(text.find(fence), std::string::npos);
  const std::size_t start = text.find(fence) + fence.size();
  EXPECT_EQ(text.substr(start, text.find("```", start) - start), to_json(example()));
}

}  // namespace
}  // namespace assay::report
