// A request of HTTP/1.1, as far as the control of a gate needs it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::fault {

inline constexpr std::size_t kHeadLimitBytes = 4096;
inline constexpr std::size_t kBodyLimitBytes = 4096;

struct Request {
  std::string method;
  std::string path;
  std::string body;
};

// What has been read so far. `status`: 0, more has to be read; 200, the request is whole; otherwise
// what to answer, with the reason.
struct Reading {
  int status = 0;
  std::string reason;
  Request request;
};

Reading read_request(std::string_view bytes);

// A whole answer; the connection is closed after it.
std::string answer_text(int status, std::string_view content_type, std::string_view body);

}  // namespace assay::fault
