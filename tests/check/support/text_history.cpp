#include "support/text_history.hpp"

#include <sstream>
#include <stdexcept>

#include "base/text.hpp"

namespace assay::check::support {
namespace {

std::string json_line(const std::string& line) {
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')', line.find("->"));
  const std::size_t space = line.find(' ');
  if (open == line.npos || close == line.npos || space > open) throw std::logic_error(line);
  std::string inside = line.substr(open + 1, close - open - 1);
  std::string json = "{\"process\": " + line.substr(0, space) + ", \"f\": \"" +
                     line.substr(space + 1, open - space - 1) + "\"";
  if (const std::size_t colon = inside.find(':'); colon != inside.npos) {
    json += ", \"key\": " + inside.substr(0, colon);
    inside = inside.substr(colon + 1);
  }
  if (!inside.empty()) json += ", \"value\": " + inside;
  std::istringstream rest(line.substr(close + 1));
  std::string span, arrow, result;
  rest >> span >> arrow;
  std::getline(rest, result);
  const std::size_t dash = span.find('-');
  json += ", \"call\": " + span.substr(0, dash);
  const std::string end = span.substr(dash + 1);
  if (end != "?") json += ", \"return\": " + end;
  if (!result.empty()) json += ", \"result\":" + result;
  return json + "}\n";
}

}  // namespace

History brief(std::string_view lines) {
  std::string text;
  for (const std::string& line : base::split(lines, '\n')) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin != line.npos) text += json_line(line.substr(begin));
  }
  return read_history(text);
}

Answer answer(std::string_view lines, std::string_view model) {
  return check(brief(lines), parse_choice(model), {}, false).verdict.answer;
}

}  // namespace assay::check::support
