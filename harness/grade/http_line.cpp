#include "grade/http_line.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

constexpr std::size_t field_bytes_max = 300;
constexpr std::int64_t padding_bytes_max = 64 << 20;

char in_lower_case(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_field(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b,
                            [](char x, char y) { return in_lower_case(x) == in_lower_case(y); });
}

std::string trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// "[Name: value] " again and again, and what follows.
HttpFields take_fields(std::string_view& rest) {
  HttpFields fields;
  while (rest.starts_with('[')) {
    const auto end = rest.find(']');
    const auto colon = rest.find(": ");
    if (end == std::string_view::npos || colon == std::string_view::npos || colon > end) break;
    fields.emplace_back(rest.substr(1, colon - 1), rest.substr(colon + 2, end - colon - 2));
    rest.remove_prefix(end + 1);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return fields;
}

std::string line_of(const std::string& first, const HttpFields& fields, const std::string& body) {
  std::string line = first;
  for (const auto& [name, value] : fields) line += fmt::format(" [{}: {}]", name, value);
  return body.empty() ? line : line + ' ' + body;
}

}  // namespace

std::string HttpReply::field(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields, [&](const auto& field) { return same_field(field.first, name); });
  return found == fields.end() ? "" : found->second;
}

std::string to_line(const HttpAsk& ask) {
  return line_of(ask.method + ' ' + ask.target, ask.fields, ask.body);
}

std::string to_line(const HttpReply& reply) {
  return line_of(std::to_string(reply.status), reply.fields, reply.body);
}

HttpAsk parse_http_ask(const std::string& line) {
  std::string_view rest = line;
  HttpAsk ask;
  ask.method = take_word(rest);
  ask.target = take_word(rest);
  if (ask.method.empty() || !ask.target.starts_with('/')) {
    throw std::runtime_error("not a request: " + line);
  }
  ask.fields = take_fields(rest);
  ask.body = rest;
  return ask;
}

HttpReply parse_http_reply(const std::string& line) {
  std::string_view rest = line;
  HttpReply reply;
  const auto status = base::to_integer(take_word(rest));
  if (!status || *status < 100 || *status > 999) throw std::runtime_error("not a reply: " + line);
  reply.status = static_cast<int>(*status);
  reply.fields = take_fields(rest);
  reply.body = rest;
  return reply;
}

std::string sent_body(const std::string& body) {
  const auto words = base::split(body, ' ');
  if (words.size() != 2 || !words[0].starts_with('<') || words[1] != "bytes>") return body;
  const auto bytes = base::to_integer(words[0].substr(1));
  if (!bytes || *bytes < 0 || *bytes > padding_bytes_max) return body;
  return std::string(static_cast<std::size_t>(*bytes), ' ');
}

std::string request_bytes(const HttpAsk& ask) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: subject\r\n", ask.method, ask.target);
  for (const auto& [name, value] : ask.fields) bytes += fmt::format("{}: {}\r\n", name, value);
  const std::string body = sent_body(ask.body);
  if (!body.empty()) {
    bytes += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  } else if (ask.method != "GET") {
    bytes += "Content-Length: 0\r\n";
  }
  return bytes + "\r\n" + body;
}

HttpReply reply_from(int status, std::string_view head, std::string_view body,
                     const std::vector<std::string>& kept_fields, std::size_t kept_body_bytes) {
  HttpReply reply{status, {}, base::printable_line(body, kept_body_bytes)};
  for (const auto& line : base::split(head, "\r\n")) {
    const auto colon = std::min(line.find(':'), line.size());
    for (const auto& name : kept_fields) {
      if (!same_field(std::string_view(line).substr(0, colon), name)) continue;
      const auto value = trimmed(std::string_view(line).substr(std::min(colon + 1, line.size())));
      reply.fields.emplace_back(name, base::printable_line(value, field_bytes_max));
    }
  }
  return reply;
}

}  // namespace assay::grade
