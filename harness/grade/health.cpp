#include "grade/health.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::grade {
namespace {

constexpr std::string_view protocol = "HTTP/1.";
constexpr std::size_t status_at = 9;  // in "HTTP/1.1 200 OK"
constexpr std::size_t status_end = 12;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view length_name = "\r\ncontent-length:";
constexpr std::size_t quoted_bytes = 60;

// What can be compared of a response that has only begun.
bool may_be_http(std::string_view response) {
  return response.substr(0, protocol.size()) == protocol.substr(0, response.size());
}

std::optional<int> number_at(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

// Of the body; 0 without a length, since the head says all that is asked.
std::size_t body_bytes(std::string_view head) {
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(c < 'A' || c > 'Z' ? c : c + 32);
  });
  const auto at = lower.find(length_name);
  if (at == std::string::npos) return 0;
  return static_cast<std::size_t>(
      std::max(0, number_at(head, at + length_name.size()).value_or(0)));
}

std::optional<int> status_in(std::string_view response) {
  if (!response.starts_with(protocol) || response.size() <= status_end) return std::nullopt;
  if (response[status_end] != ' ' && response[status_end] != '\r') return std::nullopt;
  return number_at(response.substr(0, status_end), status_at);
}

Health health_of(int status) {
  if (status == 200) return {Health::Kind::healthy, ""};
  return {status >= 500 ? Health::Kind::not_yet : Health::Kind::sick,
          fmt::format("answered GET /healthz with {}, where 200 is due", status)};
}

}  // namespace

bool is_whole_response(std::string_view response) {
  if (!may_be_http(response)) return true;
  const auto end = response.find(head_end);
  if (end == std::string_view::npos) return false;
  return response.size() >= end + head_end.size() + body_bytes(response.substr(0, end));
}

Health health_in(const proc::Answer& answer, std::uint16_t port) {
  using enum proc::Answer::Kind;
  if (answer.kind == not_listening) {
    return {Health::Kind::not_yet, fmt::format("nothing listens on port {} (ASSAY_PORT)", port)};
  }
  if (answer.bytes.empty()) {
    return {Health::Kind::not_yet, answer.kind == closed
                                       ? "closed the connection instead of answering GET /healthz"
                                       : "accepts a connection but does not answer GET /healthz"};
  }
  const auto status = status_in(answer.bytes);
  if (status && is_whole_response(answer.bytes)) return health_of(*status);
  if (answer.kind == silent) {
    return {Health::Kind::not_yet, "begins to answer GET /healthz and does not go on"};
  }
  return {Health::Kind::sick,
          fmt::format("answered GET /healthz with \"{}\", which is not a whole HTTP response",
                      base::printable_line(answer.bytes, quoted_bytes))};
}

Health ask_for_health(const net::Endpoint& subject, const net::MakeSocket& make,
                      const proc::Patience& patience) {
  const std::string question = fmt::format(
      "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", subject.port());
  return health_in(proc::ask(subject, make, question, is_whole_response, patience), subject.port());
}

}  // namespace assay::grade
