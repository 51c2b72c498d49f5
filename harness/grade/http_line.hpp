// A request to a subject and its answer as lines of evidence, and as bytes. Pure.
//
//   > POST /v1/entries [Idempotency-Key: "a"] {"legs": []}
//   < 422 [Content-Type: application/json] {"error": {"code": "too_few_legs"}}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::grade {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpAsk {
  std::string method;
  std::string target;
  HttpFields fields;
  std::string body;  // one line
};

struct HttpReply {
  int status = 0;
  HttpFields fields;  // those that were asked for, with the names that were asked for
  std::string body;   // one printable line

  // Empty if it isn't there.
  std::string field(std::string_view name) const;
};

std::string to_line(const HttpAsk& ask);
std::string to_line(const HttpReply& reply);
// These throw std::runtime_error for another line.
HttpAsk parse_http_ask(const std::string& line);
HttpReply parse_http_reply(const std::string& line);

// A body that is written as "<10485760 bytes>" is so many spaces: evidence stays small.
std::string sent_body(const std::string& body);
std::string request_bytes(const HttpAsk& ask);

// From the head of an answer and its body; of the head, these fields are kept, whatever their case.
HttpReply reply_from(int status, std::string_view head, std::string_view body,
                     const std::vector<std::string>& kept_fields, std::size_t kept_body_bytes);

}  // namespace assay::grade
