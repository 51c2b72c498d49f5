#include "fault/request.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace assay::fault {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_';
  });
}

bool is_visible(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char letter) { return letter > 0x20 && letter < 0x7f; });
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  });
  return small;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

Reading rejected(int status, std::string reason) { return {status, std::move(reason), {}}; }

// The length of the body, or what is wrong with the head's fields.
std::optional<Reading> read_fields(const std::vector<std::string>& lines, std::size_t& length) {
  bool has_length = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string::npos || !is_token(lines[i].substr(0, colon))) {
      return rejected(400, "a field of the head has no name");
    }
    const std::string name = lower(lines[i].substr(0, colon));
    if (name == "transfer-encoding") return rejected(411, "send a Content-Length");
    if (name != "content-length") continue;
    const auto value = base::to_integer(trimmed(std::string_view(lines[i]).substr(colon + 1)));
    if (!value || *value < 0 || has_length) return rejected(400, "a Content-Length that is none");
    if (*value > static_cast<std::int64_t>(kBodyLimitBytes)) {
      return rejected(413, "a body has at most 4096 bytes");
    }
    has_length = true;
    length = static_cast<std::size_t>(*value);
  }
  return {};
}

std::string_view status_words(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    default:
      return "Bad Request";
  }
}

}  // namespace

Reading read_request(std::string_view bytes) {
  const auto end = bytes.find(head_end);
  if (std::min(end, bytes.size()) > kHeadLimitBytes) {
    return rejected(431, "a head has at most 4096 bytes");
  }
  const auto lines = base::split(bytes.substr(0, end), "\r\n");
  const auto words = base::split(lines.front(), ' ');
  const bool whole_line = lines.size() > 1 || end != std::string_view::npos;
  const bool garbage = words.size() > 3 || (whole_line && words.size() != 3);
  if (garbage || (words.size() > 1 && !is_token(words[0]))) {
    return rejected(400, "this is not HTTP/1.1");
  }
  if (end == std::string_view::npos) return {};
  if (!is_visible(words[1]) || (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")) {
    return rejected(400, "this is not HTTP/1.1");
  }
  std::size_t length = 0;
  if (const auto wrong = read_fields(lines, length)) return *wrong;
  const std::string_view body = bytes.substr(end + head_end.size());
  if (body.size() < length) return {};
  return {200, "", {words[0], words[1], std::string(body.substr(0, length))}};
}

std::string answer_text(int status, std::string_view content_type, std::string_view body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + ' ';
  text.append(status_words(status)).append("\r\nContent-Type: ").append(content_type);
  text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  return text.append(body);
}

}  // namespace assay::fault
