// The story of a loss as rows of marks.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "fault/disk/explain.hpp"

namespace assay::disk {
namespace {

struct Row {
  std::string name;
  std::map<std::size_t, char> marks;  // by column
};

struct Table {
  std::vector<Row> rows;
  std::size_t columns = 0;
};

char mark_of(const Step& step, bool is_it) {
  switch (step.kind) {
    case Step::Kind::sync:
    case Step::Kind::sync_all:
      return 's';
    case Step::Kind::failed_sync:
      return 'f';
    case Step::Kind::output:
      return 'a';
    case Step::Kind::write:
    case Step::Kind::resize:
      return is_it ? 'W' : 'w';
    default:
      return is_it ? 'N' : 'n';
  }
}

Table table_of(const Loss& loss, const Explanation& explanation) {
  Table table;
  const auto row = [&](const std::string& name) -> Row& {
    for (auto& each : table.rows) {
      if (each.name == name) return each;
    }
    return table.rows.emplace_back(Row{name, {}});
  };
  for (const auto& line : explanation.story) {
    if (!line.step) continue;
    const Step& step = loss.log.steps[*line.step];
    const bool prints = step.kind == Step::Kind::output;
    std::string name = prints ? "output" : loss.log.files[step.file].path;
    if (name == ".") name = "the folder";
    row(name).marks[table.columns++] = mark_of(step, line.is_it);
  }
  return table;
}

std::string mark_in_svg(char mark, double x, double y) {
  const bool big = mark == 'W' || mark == 'N';
  const char* const kind = big ? "it" : mark == 's' ? "sync" : mark == 'a' ? "ack" : "write";
  if (mark == 's' || mark == 'f') {
    return fmt::format("<path class=\"{}\" d=\"M{:.0f} {:.0f}v18\"/>", kind, x, y - 9);
  }
  if (mark == 'a') {
    return fmt::format("<path class=\"{}\" d=\"M{:.0f} {:.0f}l6 6 10 -14\"/>", kind, x - 6, y);
  }
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.0f}\" y=\"{:.0f}\" width=\"12\" height=\"12\" rx=\"{}\"/>", kind,
      x - 6, y - 6, mark == 'n' || mark == 'N' ? 6 : 1);
}

constexpr const char* style =
    "<style>text{font:13px system-ui,sans-serif;fill:#222}path{fill:none;stroke-width:2.5}"
    ".line{stroke:#ccc;stroke-width:1}.write{fill:#8aa9c9}.it{fill:#d1495b}.sync{stroke:#2a7f62}"
    ".ack{stroke:#2a7f62}.loss{stroke:#d1495b;stroke-dasharray:4 3}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.line{stroke:#444}.write{fill:#5c7fa3}}"
    "</style>";

}  // namespace

std::string picture_as_text(const Loss& loss, const Explanation& explanation) {
  const auto table = table_of(loss, explanation);
  std::size_t width = 0;
  for (const auto& row : table.rows) width = std::max(width, row.name.size());
  std::string text;
  for (const auto& row : table.rows) {
    text += fmt::format("  {:<{}}  ", base::printable_line(row.name, 60), width);
    for (std::size_t i = 0; i < table.columns; ++i) {
      const auto mark = row.marks.find(i);
      text += fmt::format("{} ", mark == row.marks.end() ? '-' : mark->second);
    }
    text += "|\n";
  }
  return text +
         "  w write, n name, s sync, a acknowledged, | power is lost; a capital carried it\n";
}

std::string picture_as_svg(const Loss& loss, const Explanation& explanation) {
  const auto table = table_of(loss, explanation);
  constexpr double left = 180;
  constexpr double step = 26;
  constexpr double high = 30;
  const double end = left + step * static_cast<double>(table.columns) + step / 2;
  const double bottom = high * static_cast<double>(table.rows.size()) + 40;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\">"
      "<title>{}</title>{}\n",
      end + 120, bottom + 20,
      base::escaped_for_markup(
          fmt::format("\"{}\" is gone: missing is {}", loss.gone.record, explanation.missing)),
      style);
  double y = high;
  for (const auto& row : table.rows) {
    svg += fmt::format(
        "<text x=\"8\" y=\"{:.0f}\">{}</text><path class=\"line\" d=\"M{:.0f} "
        "{:.0f}H{:.0f}\"/>\n",
        y + 4, base::escaped_for_markup(base::printable_line(row.name, 60)), left, y, end);
    for (const auto& [column, mark] : row.marks) {
      svg += mark_in_svg(mark, left + step * static_cast<double>(column) + step / 2, y);
    }
    y += high;
  }
  svg += fmt::format(
      "<path class=\"loss\" d=\"M{:.0f} 8V{:.0f}\"/><text x=\"{:.0f}\" "
      "y=\"20\">power is lost</text></svg>\n",
      end, bottom - 20, end + 6);
  return svg;
}

}  // namespace assay::disk
