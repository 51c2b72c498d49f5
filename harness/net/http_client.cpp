#include "net/http_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "net/sockets.hpp"

namespace assay::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using kit::HttpFailure;
using Kind = HttpFailure::Kind;
using ClientClock = std::chrono::steady_clock;

// What belongs to one connection and not to the message: sent anew, or not at all.
bool of_one_connection(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{
      "connection", "content-length", "host", "keep-alive", "te", "transfer-encoding", "upgrade"};
  return std::ranges::any_of(names, [name](std::string_view one) {
    return std::ranges::equal(name, one, [](char letter, char lower) {
      return (letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter) == lower;
    });
  });
}

std::string bytes_of(const kit::HttpRequest& request, const Endpoint& server) {
  std::string bytes;
  bytes.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  bytes.append("Host: ").append(server.text()).append("\r\nConnection: close\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!of_one_connection(name)) bytes.append(name).append(": ").append(value).append("\r\n");
  }
  const bool has_length = !request.body.empty() || request.header("content-length").has_value();
  if (has_length) bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return bytes.append("\r\n").append(request.body);
}

// One call, over its own connection. Everything throws HttpFailure.
class Call {
 public:
  Call(const Endpoint& server, std::chrono::nanoseconds limit)
      : server_(server), deadline_(ClientClock::now() + limit) {
    connect();
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      wait_for(POLLOUT);
      const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) fail(Kind::broken, std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
  }

  kit::HttpResponse receive(bool answers_head) {
    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.skip(answers_head);
    parser.header_limit(HttpClient::kHeadBytesMax);
    parser.body_limit(HttpClient::kBodyBytesMax);
    std::string unread;
    while (!parser.is_done()) {
      beast::error_code error;
      if (receive_some(unread)) {
        const auto taken = parser.put(boost::asio::buffer(unread), error);
        unread.erase(0, taken);
        if (error == http::error::need_more) error = {};
      } else if (parser.got_some()) {
        parser.put_eof(error);
      } else {
        fail(Kind::broken, "closed the connection without an answer");
      }
      if (error) fail(Kind::broken, error.message());
    }
    return response_in(parser.release());
  }

 private:
  void connect() {
    try {
      socket_ = begin_connecting(server_);
      wait_for(POLLOUT);
      if (const int error = pending_error(socket_.get())) {
        fail(Kind::unreachable, std::strerror(error));
      }
    } catch (const NetError& error) {
      throw HttpFailure(Kind::unreachable, error.what());
    }
  }

  // False at the end of what the server sends.
  bool receive_some(std::string& into) {
    std::array<char, 16U << 10> some{};
    for (;;) {
      wait_for(POLLIN);
      const auto got = ::recv(socket_.get(), some.data(), some.size(), 0);
      if (got >= 0) into.append(some.data(), static_cast<std::size_t>(got));
      if (got >= 0) return got > 0;
      if (errno != EAGAIN && errno != EINTR) fail(Kind::broken, std::strerror(errno));
    }
  }

  // Also when the connection breaks: what follows finds out how.
  void wait_for(short events) {
    pollfd waiting{socket_.get(), events, 0};
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - ClientClock::now());
      if (left.count() <= 0) fail(Kind::timed_out, "no answer in time");
      const auto limit = std::min<std::int64_t>(left.count(), wait_max_ms);
      if (::poll(&waiting, 1, static_cast<int>(limit)) > 0) return;
    }
  }

  static kit::HttpResponse response_in(http::response<http::string_body> message) {
    kit::HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      const std::string name(field.name_string());
      if (!of_one_connection(name)) response.headers.emplace_back(name, field.value());
    }
    response.body = std::move(message.body());
    return response;
  }

  [[noreturn]] void fail(Kind kind, const std::string& why) const {
    throw HttpFailure(kind, "ask " + server_.text() + ": " + why);
  }

  static constexpr std::int64_t wait_max_ms = 60'000;  // at once

  const Endpoint& server_;
  const ClientClock::time_point deadline_;
  Descriptor socket_;
};

}  // namespace

kit::HttpResponse HttpClient::send(const kit::HttpRequest& request,
                                   std::chrono::nanoseconds limit) {
  Call call(server_, limit);
  call.send(bytes_of(request, server_));
  return call.receive(request.method == "HEAD");
}

}  // namespace assay::net
