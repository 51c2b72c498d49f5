#include "grade/http_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "load/response_parser.hpp"

namespace assay::grade {
namespace {

using std::chrono::steady_clock;

constexpr int client_poll_step_ms = 20;
constexpr std::size_t received_at_once = 16U << 10;
constexpr std::uint64_t answer_body_bytes_max = 4U << 20;
constexpr std::string_view head_end = "\r\n\r\n";

bool try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// The last head in what came: answers of 1xx may go before it.
std::string_view head_in(std::string_view bytes) {
  while (bytes.starts_with("HTTP/1.1 1")) {
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + head_end.size());
  }
  return bytes.substr(0, std::min(bytes.find(head_end), bytes.size()));
}

}  // namespace

HttpClient::HttpClient(const net::Endpoint& server, net::MakeSocket make, HttpClientOptions options)
    : server_(server), make_(std::move(make)), options_(std::move(options)) {}

HttpOutcome HttpClient::ask(const HttpAsk& ask) {
  const Time deadline = steady_clock::now() + options_.answer_limit;
  if (!socket_) {
    if (auto problem = connect(deadline); !problem.empty()) return {{}, std::move(problem)};
  }
  // A server may answer, and close, before it has read all of what it refuses.
  auto not_sent = send(request_bytes(ask), deadline);
  HttpOutcome outcome = receive(ask.method, deadline);
  if (!outcome.answered()) {
    socket_.close();
    if (!not_sent.empty()) outcome.problem = std::move(not_sent);
  }
  return outcome;
}

std::string HttpClient::connect(Time deadline) {
  try {
    socket_ = net::begin_connecting(server_, make_);
  } catch (const net::NetError& error) {
    return error.what();
  }
  const bool writable = wait_for(POLLOUT, deadline);
  const int error = writable ? net::pending_error(socket_.get()) : ETIMEDOUT;
  if (error == 0) {
    const int at_once = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    return "";
  }
  socket_.close();
  return fmt::format("can't connect to {}: {}", server_.text(), std::strerror(error));
}

std::string HttpClient::send(std::string_view bytes, Time deadline) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!try_again()) {
      return fmt::format("closed the connection while a request was sent: {}",
                         std::strerror(errno));
    } else if (!wait_for(POLLOUT, deadline)) {
      return too_late();
    }
  }
  return "";
}

HttpOutcome HttpClient::receive(const std::string& method, Time deadline) {
  load::AnswerLimits limits;
  limits.body_bytes = answer_body_bytes_max;
  load::ResponseParser parser(limits);
  parser.expect(method == "HEAD", true);
  std::string bytes;
  std::array<char, received_at_once> some{};
  while (!parser.done() && !parser.failed()) {
    const ssize_t got = ::recv(socket_.get(), some.data(), some.size(), MSG_DONTWAIT);
    if (got > 0) {
      const std::string_view came(some.data(), static_cast<std::size_t>(got));
      bytes += came;
      parser.feed(came);
    } else if (got < 0 && try_again()) {
      if (!wait_for(POLLIN, deadline)) return {{}, too_late()};
    } else {
      parser.end();
      if (bytes.empty()) return {{}, "closed the connection without an answer"};
    }
  }
  if (parser.failed()) {
    return {{},
            fmt::format("answered what is no HTTP response: {}", load::in_words(parser.problem()))};
  }
  if (!parser.keeps_alive()) socket_.close();
  return {reply_from(parser.status(), head_in(bytes), parser.body(), options_.kept_fields,
                     options_.kept_body_bytes),
          ""};
}

// False when it is too late, or nobody wants to wait any longer.
bool HttpClient::wait_for(short events, Time deadline) const {
  while (steady_clock::now() < deadline && options_.goes_on()) {
    pollfd waiting{socket_.get(), events, 0};
    if (::poll(&waiting, 1, client_poll_step_ms) > 0) return true;
  }
  return false;
}

std::string HttpClient::too_late() const {
  const double limit_s = std::chrono::duration<double>(options_.answer_limit).count();
  return fmt::format("time-out: no answer within {:.3g} s", limit_s);
}

}  // namespace assay::grade
