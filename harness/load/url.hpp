// What `assay load` is pointed at. A plain value.
#pragma once

#include <string>
#include <string_view>

#include "net/endpoint.hpp"

namespace assay::load {

struct Url {
  std::string text;  // as it was written
  std::string host;  // as the header field Host says it
  std::string target = "/";
  net::Endpoint endpoint;
};

// "http://localhost:8080/path?query", "localhost:8080", or, for a unix socket,
// "http://unix:/run/app.sock:/path". Names are resolved here. Throws std::invalid_argument or
// net::NetError that says what is wrong.
Url parse_url(std::string_view text);

}  // namespace assay::load
