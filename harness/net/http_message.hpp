// HTTP/1.1 as bytes: requests are read from them, and responses become them. Pure: no sockets, no
// clock. One object belongs to one connection, and isn't thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kit/http.hpp"

namespace assay::net {

struct HttpLimits {
  std::size_t head_bytes_max = 16U << 10;  // request line and headers together
  std::size_t body_bytes_max = 1U << 20;
};

// How a response is framed for the request that it answers.
struct HttpForm {
  bool keep_alive = true;
  bool says_keep_alive = false;  // HTTP/1.0 takes it for granted that connections close
  bool with_body = true;         // a response to HEAD has all but that
};

// The requests of one connection, one after the other.
class HttpReader {
 public:
  enum class State {
    reading,          // more bytes are needed
    continue_wanted,  // so they are, and the client waits for "100 Continue" before it sends them
    complete,         // request() is there
    failed,           // problem() is the answer; nothing more can be read from this connection
  };

  explicit HttpReader(const HttpLimits& limits);
  ~HttpReader();

  // Where the next bytes go to: never empty while reading.
  std::span<char> room();
  // So many were put there.
  void received(std::size_t bytes);
  // There are bytes of a request that hasn't been answered yet.
  bool begun() const;

  State state() const { return state_; }
  State read();
  // Nothing more will come: what is not complete by now has failed.
  State end_of_input();
  // Goes on with what follows the request that was complete.
  void next();

  const kit::HttpRequest& request() const;
  HttpForm form() const;
  const kit::HttpResponse& problem() const;

 private:
  class Parser;
  bool head_is_there();
  bool parse();
  std::size_t buffer_bytes_max() const;
  void give_up(int status, std::string_view why);

  const HttpLimits limits_;
  std::unique_ptr<Parser> parser_;  // a fresh one for each request: null before its first byte
  std::string buffer_;              // received, from taken_ to filled_
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t searched_ = 0;  // so many unread bytes don't have the end of the head
  State state_ = State::reading;
  kit::HttpResponse problem_;
};

// An answer of the host's own: text for people.
kit::HttpResponse plain_answer(int status, std::string_view text);

// The response, or 500 in its place if it can't be sent as it is.
kit::HttpResponse sendable(kit::HttpResponse response);

// All that goes before the body of a sendable response.
std::string head_of(const kit::HttpResponse& response, const HttpForm& form);

}  // namespace assay::net
