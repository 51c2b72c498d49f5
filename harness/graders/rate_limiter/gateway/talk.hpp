// Requests to a gateway and its answers, and both as lines of evidence. Pure.
//
//   > POST /search as alice from 127.0.0.2 | X-Api-Key: alice | body: words
//   < 429 from 1500000 to 2600000 | retry-after: 2 | ratelimit: "key";r=0;t=2
//
// In a line, what a gateway says has \xNN for what isn't printable, and for "|" and "\".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::graders::rate_limiter {

struct GatewayAsk {
  std::string target = "/";
  std::string as;                  // whose buckets are asked, if the gateway is right
  std::string from = "127.0.0.1";  // the address that it is sent from
  std::vector<std::pair<std::string, std::string>> headers;
  std::string method = "GET";
  std::string body = {};

  // What the service answers with, as its target asks for it (fault/dependency.hpp); nothing if it
  // fails to answer.
  std::optional<int> status_of_service() const;
};

// As names of header fields are compared.
std::string in_lower_case(std::string_view text);

// With an X-Api-Key.
GatewayAsk ask_with_key(const std::string& key, const std::string& target);

struct GatewayReply {
  std::int64_t sent_ns = 0;                   // before the first byte of the request
  std::int64_t came_ns = 0;                   // after the last byte of the answer
  int status = 0;                             // 0: there was none, and `problem` says why
  std::map<std::string, std::string> fields;  // some that checks ask for, names in lower case
  std::string body;                           // of a 5xx: why; or what the service was sent
  std::string problem;

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
  std::optional<std::int64_t> retry_after_s() const;
};

inline constexpr const char* retry_after_field = "retry-after";
inline constexpr const char* limits_field = "ratelimit";
inline constexpr const char* policies_field = "ratelimit-policy";
inline constexpr const char* echo_field = "content-type";  // kept if it is the service's:
inline constexpr const char* echo_type = "message/http";

std::string request_bytes(const GatewayAsk& ask);
// Whether more can belong to a response.
bool is_whole_answer(std::string_view bytes);
// A reply without its times; of what isn't HTTP, or not whole, a problem.
GatewayReply parse_response(std::string_view bytes);

std::string to_line(const GatewayAsk& ask);
std::string to_line(const GatewayReply& reply);
bool is_ask(std::string_view line);
// These throw std::runtime_error for another line.
GatewayAsk parse_ask(const std::string& line);
GatewayReply parse_reply(const std::string& line);

std::string in_words(const GatewayAsk& ask);
std::string in_words(const GatewayReply& reply);

// Why no check can go on with this reply, and where to look; nothing if one can.
struct GatewayTrouble {
  std::string reason;
  std::string where;
};
std::optional<GatewayTrouble> trouble_with(const GatewayAsk& ask, const GatewayReply& reply);

}  // namespace assay::graders::rate_limiter
