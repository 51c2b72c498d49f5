#include "check/picture.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace assay::check {
namespace {

constexpr std::size_t max_rows = 60;
constexpr std::size_t label_characters = 46;
constexpr std::size_t line_characters = 112;
constexpr int width = 960;
constexpr int margin = 24;
constexpr int bars_begin = 400;
constexpr int bars_end = width - margin;
constexpr int row_height = 44;
constexpr int line_height = 20;

constexpr std::string_view style = R"(
  svg { --paper: #ffffff; --ink: #1b1f24; --faint: #57606a; --rule: #d0d7de;
        --bar: #2f6fbb; --wrong: #c0362c; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14181d; --ink: #e6edf3; --faint: #9aa6b2; --rule: #373e47;
          --bar: #5b9be6; --wrong: #ff7b72; }
  }
  .paper { fill: var(--paper); }
  text { font: 14px system-ui, sans-serif; fill: var(--ink); }
  .name { font-family: ui-monospace, monospace; font-size: 13px; }
  .faint { fill: var(--faint); font-size: 12px; }
  .rule { stroke: var(--rule); stroke-width: 1; }
  .bar { fill: var(--bar); }
  .wrong { fill: var(--wrong); }
  .open { fill-opacity: 0.45; }
  .stop { stroke: var(--wrong); stroke-width: 1.5; stroke-dasharray: 5 4; }
)";

// The bytes of a text's first characters; UTF-8 is never cut within one.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && characters-- == 0) break;
  }
  return at;
}

std::string fitted(std::string_view text, std::size_t characters) {
  if (bytes_of(text, characters) == text.size()) return std::string(text);
  return std::string(text.substr(0, bytes_of(text, characters - 1))) + "\u2026";
}

// Lines that fit, broken at spaces where there are any.
std::vector<std::string> wrapped(std::string_view text) {
  constexpr std::size_t max_lines = 4;
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < max_lines) {
    std::size_t end = bytes_of(text, line_characters);
    if (end < text.size()) {
      const std::size_t space = text.rfind(' ', end);
      if (space != text.npos && space > 0) end = space;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return lines;
}

class Picture {
 public:
  Picture(const History& history, const Explanation& explanation)
      : history_(history), explanation_(explanation), shown_(explanation.operations) {
    if (shown_.size() > max_rows) shown_.erase(shown_.begin(), shown_.end() - max_rows);
    for (std::size_t operation : shown_) {
      const Operation& op = history.operations[operation];
      events_.push_back(op.called);
      if (!op.unknown()) events_.push_back(op.returned);
    }
    std::sort(events_.begin(), events_.end());
  }

  std::string draw();

 private:
  int x_of(Position position) const {
    if (position == never) return bars_end;
    const auto place = std::lower_bound(events_.begin(), events_.end(), position);
    const auto rank = static_cast<int>(place - events_.begin());
    const auto last = static_cast<int>(std::max<std::size_t>(events_.size(), 2)) - 1;
    constexpr int inner = bars_end - bars_begin - 2 * margin;
    return bars_begin + margin + inner * rank / last;
  }
  void text(int x, int y, std::string_view kind, std::string_view content);
  void row(std::size_t operation, int y);
  void stop_line(int top, int bottom);

  const History& history_;
  const Explanation& explanation_;
  std::vector<std::size_t> shown_;
  std::vector<Position> events_;  // of those operations, in order
  std::string body_;
};

void Picture::text(int x, int y, std::string_view kind, std::string_view content) {
  body_ += "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\"";
  if (!kind.empty()) body_ += " class=\"" + std::string(kind) + "\"";
  body_ += ">" + base::escaped_for_markup(content) + "</text>\n";
}

void Picture::row(std::size_t operation, int y) {
  const Operation& op = history_.operations[operation];
  const std::string name = base::printable_line(history_.describe(operation), 400);
  const bool wrong = explanation_.impossible == operation;
  const int begin = x_of(op.called);
  const int end = std::max(x_of(op.returned), begin + 6);
  text(margin, y + 18, "name", fitted(name, label_characters));
  text(margin, y + 34, "faint", history_.where(operation));
  body_ += "<rect class=\"bar" + std::string(wrong ? " wrong" : "") +
           std::string(op.unknown() ? " open" : "") + "\" x=\"" + std::to_string(begin) +
           "\" y=\"" + std::to_string(y + 9) + "\" width=\"" + std::to_string(end - begin) +
           "\" height=\"20\" rx=\"4\"><title>" + base::escaped_for_markup(name) +
           "</title></rect>\n";
  body_ += "<line class=\"rule\" x1=\"" + std::to_string(margin) + "\" x2=\"" +
           std::to_string(bars_end) + "\" y1=\"" + std::to_string(y + row_height - 2) + "\" y2=\"" +
           std::to_string(y + row_height - 2) + "\"/>\n";
}

// Where no order goes on.
void Picture::stop_line(int top, int bottom) {
  if (!explanation_.impossible) return;
  const std::string x =
      std::to_string(x_of(history_.operations[*explanation_.impossible].returned));
  body_ += "<line class=\"stop\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + std::to_string(top) +
           "\" y2=\"" + std::to_string(bottom) + "\"/>\n";
}

std::string Picture::draw() {
  int y = margin + line_height / 2;
  const std::string summary = base::printable_line(explanation_.summary, 1000);
  for (const std::string& line : wrapped(summary)) {
    text(margin, y, "", line);
    y += line_height;
  }
  const int top = y;
  for (std::size_t operation : shown_) {
    row(operation, y);
    y += row_height;
  }
  stop_line(top, y);
  y += line_height;
  for (const std::string& reason : explanation_.reasons) {
    for (const std::string& line : wrapped(base::printable_line(reason, 1000))) {
      text(margin, y, "faint", line);
      y += line_height;
    }
  }
  const std::string height = std::to_string(y + margin / 2);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(width) +
         "\" height=\"" + height + "\" viewBox=\"0 0 " + std::to_string(width) + " " + height +
         "\" role=\"img\">\n<title>" + base::escaped_for_markup(summary) + "</title>\n<style>" +
         std::string(style) + "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" +
         body_ + "</svg>\n";
}

}  // namespace

std::string picture_of(const History& history, const Explanation& explanation) {
  return Picture(history, explanation).draw();
}

}  // namespace assay::check
