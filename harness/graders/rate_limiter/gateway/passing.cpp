#include "graders/rate_limiter/gateway/passing.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t shown_bytes_max = 120;
constexpr std::string_view head_ends = "\r\n\r\n";

std::string shown_shortly(std::string_view text) {
  return base::printable_line(text, shown_bytes_max);
}

// Several fields of a name are one list.
void add_to(std::map<std::string, std::string>& fields, std::string_view name,
            std::string_view value) {
  std::string& list = fields[in_lower_case(name)];
  if (!list.empty()) list += ", ";
  list += value;
}

std::map<std::string, std::string> fields_in(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> fields;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const auto colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    while (value.starts_with(' ')) value.remove_prefix(1);
    add_to(fields, line.substr(0, colon), value);
  }
  return fields;
}

GatewayDifference not_as_it_came(const std::string& came, const std::string& sent) {
  return {fmt::format("the service got {}", came), fmt::format("it gets {}, as it was sent", sent),
          ""};
}

}  // namespace

std::optional<GatewayDifference> wrong_passing(const GatewayAsk& ask, const GatewayReply& reply) {
  const bool asks_for_it = ask.target.find("?does=echo") != std::string::npos;
  if (!asks_for_it || reply.status != ask.status_of_service()) return std::nullopt;
  if (reply.field(echo_field) != echo_type) {
    return GatewayDifference{"a header field of the service's answer is missing: Content-Type",
                             fmt::format("Content-Type: {}", echo_type), ""};
  }
  const auto end = reply.body.find(head_ends);
  if (end == std::string::npos) {
    return GatewayDifference{
        fmt::format("the body is not what the service sent: {}", shown_shortly(reply.body)),
        "the service's, which says what it got", ""};
  }
  const auto lines = base::split(std::string_view(reply.body).substr(0, end), "\r\n");
  const auto first = lines[0].substr(0, lines[0].rfind(' '));
  const auto sent = ask.method + ' ' + ask.target;
  if (first != sent) return not_as_it_came(shown_shortly(first), sent);
  std::map<std::string, std::string> wanted;
  for (const auto& [name, value] : ask.headers) add_to(wanted, name, value);
  const auto came = fields_in(lines);
  for (const auto& [name, value] : wanted) {
    const auto found = came.find(name);
    const std::string field = fmt::format("\"{}: {}\"", name, value);
    if (found == came.end()) return not_as_it_came("no " + name, field);
    if (found->second != value) {
      return not_as_it_came(fmt::format("\"{}: {}\"", name, shown_shortly(found->second)), field);
    }
  }
  const auto body = reply.body.substr(end + head_ends.size());
  if (body == ask.body) return std::nullopt;
  return not_as_it_came(fmt::format("the body \"{}\"", shown_shortly(body)),
                        fmt::format("\"{}\"", ask.body));
}

}  // namespace assay::graders::rate_limiter
