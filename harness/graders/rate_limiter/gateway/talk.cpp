#include "graders/rate_limiter/gateway/talk.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::string_view separator = " | ";
constexpr std::size_t kept_field_bytes = 300;
constexpr std::size_t kept_body_bytes = 200;
constexpr std::size_t status_at = 9;  // in "HTTP/1.1 200 OK"
constexpr const char* stub_says = "not implemented: ";

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

std::string trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

bool is_kept(const std::string& name) {
  return name == retry_after_field || name == limits_field || name == policies_field;
}

// "name: value", with what is before the first ": " as the name.
std::pair<std::string, std::string> parse_pair(const std::string& text) {
  const auto colon = text.find(": ");
  if (colon == std::string::npos) throw std::runtime_error("not a header: " + text);
  return {text.substr(0, colon), text.substr(colon + 2)};
}

std::int64_t number_in(const std::string& word) {
  const auto number = base::to_integer(word);
  if (!number) throw std::runtime_error("not a number: " + word);
  return *number;
}

}  // namespace

GatewayAsk ask_with_key(const std::string& key, const std::string& target) {
  return {target, key, "127.0.0.1", {{"X-Api-Key", key}}};
}

std::optional<std::int64_t> GatewayReply::retry_after_s() const {
  const auto text = field(retry_after_field);
  const bool all_digits = text.find_first_not_of("0123456789") == std::string::npos;
  return all_digits ? base::to_integer(text) : std::nullopt;
}

std::string request_bytes(const GatewayAsk& ask) {
  std::string bytes =
      fmt::format("GET {} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n", ask.target);
  for (const auto& [name, value] : ask.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  return bytes + "\r\n";
}

GatewayReply parse_response(std::string_view bytes) {
  GatewayReply reply;
  const auto status = base::to_integer(bytes.substr(std::min(status_at, bytes.size()), 3));
  const auto end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.") || !status || end == std::string_view::npos) {
    reply.problem = "answered what is no HTTP";
    return reply;
  }
  reply.status = static_cast<int>(*status);
  const auto lines = base::split(bytes.substr(0, end), "\r\n");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = std::min(lines[i].find(':'), lines[i].size());
    const std::string name = in_lower_case(lines[i].substr(0, colon));
    if (!is_kept(name)) continue;
    std::string& kept = reply.fields[name];  // several of a name are one list
    const auto value = trimmed(lines[i].substr(std::min(colon + 1, lines[i].size())));
    kept += (kept.empty() ? "" : ", ") + base::printable_line(value, kept_field_bytes);
  }
  if (reply.status >= 500) {
    const auto body = bytes.substr(end + 4);
    reply.body = base::printable_line(body.substr(0, body.find('\n')), kept_body_bytes);
  }
  return reply;
}

std::string to_line(const GatewayAsk& ask) {
  std::string line = fmt::format("GET {} as {} from {}", ask.target, ask.as, ask.from);
  for (const auto& [name, value] : ask.headers) {
    line += fmt::format("{}{}: {}", separator, name, value);
  }
  return line;
}

std::string to_line(const GatewayReply& reply) {
  std::string line = fmt::format("{} from {} to {}", reply.status, reply.sent_ns, reply.came_ns);
  for (const auto& [name, value] : reply.fields) {
    line += fmt::format("{}{}: {}", separator, name, value);
  }
  if (!reply.body.empty()) line += fmt::format("{}body: {}", separator, reply.body);
  if (!reply.problem.empty()) line += fmt::format("{}problem: {}", separator, reply.problem);
  return line;
}

GatewayAsk parse_ask(const std::string& line) {
  const auto parts = base::split(line, separator);
  const auto words = base::split(parts[0], ' ');
  if (words.size() != 6 || words[0] != "GET") throw std::runtime_error("not a request: " + line);
  GatewayAsk ask{words[1], words[3], words[5], {}};
  for (std::size_t i = 1; i < parts.size(); ++i) ask.headers.push_back(parse_pair(parts[i]));
  return ask;
}

GatewayReply parse_reply(const std::string& line) {
  const auto parts = base::split(line, separator);
  const auto words = base::split(parts[0], ' ');
  if (words.size() != 5) throw std::runtime_error("not a reply: " + line);
  GatewayReply reply;
  reply.status = static_cast<int>(number_in(words[0]));
  reply.sent_ns = number_in(words[2]);
  reply.came_ns = number_in(words[4]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto [name, value] = parse_pair(parts[i]);
    if (name == "body") {
      reply.body = value;
    } else if (name == "problem") {
      reply.problem = value;
    } else {
      reply.fields[name] = value;
    }
  }
  return reply;
}

std::string in_words(const GatewayAsk& ask) {
  std::string words = "GET " + ask.target;
  if (ask.from != "127.0.0.1") words += " from " + ask.from;
  for (const auto& [name, value] : ask.headers) words += fmt::format(", {}: {}", name, value);
  return words;
}

std::string in_words(const GatewayReply& reply) {
  if (reply.status == 0) return reply.problem;
  std::string words = std::to_string(reply.status);
  const auto add = [&](const char* shown, const char* field) {
    if (const auto value = reply.field(field); !value.empty())
      words += fmt::format(", {}: {}", shown, value);
  };
  add("Retry-After", retry_after_field);
  return words;
}

std::optional<GatewayTrouble> trouble_with(const GatewayAsk& ask, const GatewayReply& reply) {
  if (reply.status == 0) return GatewayTrouble{in_words(ask) + ": " + reply.problem, ""};
  if (reply.status == 501 && reply.body.starts_with(stub_says)) {
    const auto broken = grade::broken_answer("not-implemented " +
                                             reply.body.substr(std::string_view(stub_says).size()));
    return GatewayTrouble{broken->reason, broken->where};
  }
  if (reply.status != 500 && reply.status != 501) return std::nullopt;
  return GatewayTrouble{
      fmt::format("{} was answered with {}: {}", in_words(ask), reply.status, reply.body), ""};
}

}  // namespace assay::graders::rate_limiter
