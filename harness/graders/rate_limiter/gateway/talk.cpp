#include "graders/rate_limiter/gateway/talk.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "grade/broken_answer.hpp"
#include "load/response_parser.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::string_view separator = " | ";
constexpr std::string_view body_name = "body";
constexpr std::size_t kept_field_bytes = 300;
constexpr std::size_t kept_body_bytes = 200;
constexpr std::size_t kept_echo_bytes = 4'000;
constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
constexpr const char* stub_says = "not implemented: ";

std::string trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

bool is_kept(const std::string& name, const std::string& value) {
  return name == retry_after_field || name == limits_field || name == policies_field ||
         (name == echo_field && value == echo_type);
}

std::string escaped(std::string_view text) {
  std::string line;
  for (const char letter : text) {
    const bool plain = letter >= ' ' && letter <= '~' && letter != '|' && letter != '\\';
    line += plain ? std::string(1, letter) : fmt::format("\\x{:02x}", letter & 0xff);
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const std::string_view digits = line.starts_with("\\x") ? line.substr(2, 2) : "";
    const char* const end = digits.data() + digits.size();
    unsigned value = 0;
    const bool is_code =
        digits.size() == 2 && std::from_chars(digits.data(), end, value, 16).ptr == end;
    text += is_code ? static_cast<char>(value) : line.front();
    line.remove_prefix(is_code ? 4 : 1);
  }
  return text;
}

// After "?does=" or "&status=".
std::string_view parameter(std::string_view target, std::string_view name) {
  const auto at = target.find(name);
  if (at == std::string_view::npos) return "";
  const auto value = target.substr(at + name.size());
  return value.substr(0, value.find('&'));
}

load::ResponseParser parser_fed(std::string_view bytes) {
  load::ResponseParser parser;
  parser.expect(false, true);
  parser.feed(bytes);
  return parser;
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

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

GatewayAsk ask_with_key(const std::string& key, const std::string& target) {
  return {target, key, "127.0.0.1", {{"X-Api-Key", key}}};
}

std::optional<std::int64_t> GatewayReply::retry_after_s() const {
  const auto text = field(retry_after_field);
  const bool all_digits = text.find_first_not_of("0123456789") == std::string::npos;
  return all_digits ? base::to_integer(text) : std::nullopt;
}

std::optional<int> GatewayAsk::status_of_service() const {
  const auto does = parameter(target, "?does=");
  if (does == "hang" || does == "reset" || does == "garbage" || does == "break") {
    return std::nullopt;
  }
  if (does == "fail") return 500;
  const auto status = does == "echo" ? base::to_integer(parameter(target, "&status=")) : 200;
  return static_cast<int>(status.value_or(200));
}

std::string request_bytes(const GatewayAsk& ask) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n",
                                  ask.method, ask.target);
  for (const auto& [name, value] : ask.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  if (ask.method != "GET") bytes += fmt::format("Content-Length: {}\r\n", ask.body.size());
  return bytes + "\r\n" + ask.body;
}

bool is_whole_answer(std::string_view bytes) {
  const auto parser = parser_fed(bytes);
  return parser.done() || parser.failed();
}

GatewayReply parse_response(std::string_view bytes) {
  GatewayReply reply;
  auto parser = parser_fed(bytes);
  parser.end();
  if (parser.failed()) {
    reply.problem = fmt::format("the answer is no HTTP: {}", load::in_words(parser.problem()));
    return reply;
  }
  reply.status = parser.status();
  const auto lines = base::split(bytes.substr(0, bytes.find("\r\n\r\n")), "\r\n");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = std::min(lines[i].find(':'), lines[i].size());
    const std::string name = in_lower_case(lines[i].substr(0, colon));
    const auto value = trimmed(lines[i].substr(std::min(colon + 1, lines[i].size())));
    if (!is_kept(name, value)) continue;
    std::string& kept = reply.fields[name];  // several of a name are one list
    kept += (kept.empty() ? "" : ", ") + value.substr(0, kept_field_bytes);
  }
  const auto body = parser.body();
  if (!reply.field(echo_field).empty()) {
    reply.body = body.substr(0, kept_echo_bytes);
  } else if (reply.status >= 500) {
    reply.body = body.substr(0, std::min(body.find('\n'), kept_body_bytes));
  }
  return reply;
}

std::string to_line(const GatewayAsk& ask) {
  std::string line = fmt::format("{} {} as {} from {}", ask.method, ask.target, ask.as, ask.from);
  for (const auto& [name, value] : ask.headers) {
    line += fmt::format("{}{}: {}", separator, name, escaped(value));
  }
  if (!ask.body.empty()) line += fmt::format("{}{}: {}", separator, body_name, escaped(ask.body));
  return line;
}

std::string to_line(const GatewayReply& reply) {
  std::string line = fmt::format("{} from {} to {}", reply.status, reply.sent_ns, reply.came_ns);
  for (const auto& [name, value] : reply.fields) {
    line += fmt::format("{}{}: {}", separator, name, escaped(value));
  }
  if (!reply.body.empty()) {
    line += fmt::format("{}{}: {}", separator, body_name, escaped(reply.body));
  }
  if (!reply.problem.empty()) {
    line += fmt::format("{}problem: {}", separator, escaped(reply.problem));
  }
  return line;
}

bool is_ask(std::string_view line) {
  return std::find(methods.begin(), methods.end(), line.substr(0, line.find(' '))) != methods.end();
}

GatewayAsk parse_ask(const std::string& line) {
  const auto parts = base::split(line, separator);
  const auto words = base::split(parts[0], ' ');
  if (words.size() != 6 || !is_ask(line)) throw std::runtime_error("not a request: " + line);
  GatewayAsk ask{words[1], words[3], words[5], {}, words[0], ""};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto [name, value] = parse_pair(parts[i]);
    if (name == body_name) {
      ask.body = unescaped(value);
    } else {
      ask.headers.emplace_back(name, unescaped(value));
    }
  }
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
    const auto [name, value] = parse_pair(parts[i]);
    if (name == body_name) {
      reply.body = unescaped(value);
    } else if (name == "problem") {
      reply.problem = unescaped(value);
    } else {
      reply.fields[name] = unescaped(value);
    }
  }
  return reply;
}

std::string in_words(const GatewayAsk& ask) {
  std::string words = ask.method + ' ' + ask.target;
  if (ask.from != "127.0.0.1") words += " from " + ask.from;
  for (const auto& [name, value] : ask.headers) {
    words += fmt::format(", {}: {}", name, base::printable_line(value, kept_field_bytes));
  }
  if (!ask.body.empty()) words += fmt::format(", and {} bytes", ask.body.size());
  return words;
}

std::string in_words(const GatewayReply& reply) {
  if (reply.status == 0) return reply.problem;
  std::string words = std::to_string(reply.status);
  const auto add = [&](const char* shown, const char* field) {
    if (const auto value = reply.field(field); !value.empty())
      words += fmt::format(", {}: {}", shown, base::printable_line(value, kept_field_bytes));
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
  const bool is_failure = reply.status == 500 || reply.status == 501;
  if (!is_failure || reply.status == ask.status_of_service()) return std::nullopt;
  return GatewayTrouble{fmt::format("{} was answered with {}: {}", in_words(ask), reply.status,
                                    base::printable_line(reply.body, kept_body_bytes)),
                        ""};
}

}  // namespace assay::graders::rate_limiter
