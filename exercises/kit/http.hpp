// What a solution implements at a level whose protocol is HTTP: from a request to a response. The
// host does the rest: sockets, parsing, limits, and keeping connections open (docs/http-host.md).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kit {

struct HttpHeader {
  std::string_view name;  // as it was sent: "Content-Type" and "content-type" are the same header
  std::string_view value;
};

// A request that has arrived whole, and is well-formed. Views are of the host's memory, and end
// with the call that got them: copy what is to be kept.
struct HttpRequest {
  std::string_view method;              // "GET": never empty, and as it was sent
  std::string_view target;              // "/accounts/7?since=3": never empty, nothing is decoded
  std::span<const HttpHeader> headers;  // in the order in which they were sent, repeated ones too
  std::string_view body;                // empty if there was none
  std::string_view peer = {};           // the address that it came from: "127.0.0.1", no port

  // The value of the first header of that name, whatever its case.
  std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& one : headers) {
      if (same_name(one.name, name)) return one.value;
    }
    return std::nullopt;
  }

 private:
  static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  static bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
  }
};

// What is sent back. The host adds Content-Length and Connection. It answers 500 in the place of a
// response that can't be sent, and says in its body what is wrong with it.
struct HttpResponse {
  int status = 200;  // 200 to 599; 204 and 304 have no body
  // Names are letters, digits and dashes; values have no line breaks. Not Content-Length,
  // Transfer-Encoding or Connection: those are the host's.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// No answer came, and whether the request was acted on is unknown.
struct HttpFailure : std::runtime_error {
  enum class Kind {
    unreachable,  // no connection: it was not acted on
    timed_out,
    broken,  // the connection was, or what came is no HTTP
  };
  HttpFailure(Kind kind_, const std::string& what) : std::runtime_error(what), kind(kind_) {}
  Kind kind;
};

// Another service, which is asked over HTTP. Thread-safe.
class HttpPeer {
 public:
  virtual ~HttpPeer() = default;

  // Sends the request and waits for the whole answer, for at most `limit`. The headers Host,
  // Content-Length and Connection are added, and left out of what is given. Throws HttpFailure.
  virtual HttpResponse send(const HttpRequest& request, std::chrono::nanoseconds limit) = 0;
};

class HttpService {
 public:
  virtual ~HttpService() = default;

  // Called by several threads at once, one call a request. It may wait (for a store, for another
  // service); as many calls run at once as the host has threads, and more wait for their turn. If
  // it throws, this request is answered with 500, and everything else goes on.
  virtual HttpResponse handle(const HttpRequest& request) = 0;
};

}  // namespace kit
