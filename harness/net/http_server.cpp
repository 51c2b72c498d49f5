#include "net/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/sessions.hpp"
#include "net/sockets.hpp"

namespace assay::net {

// What all connections of a server share.
struct HttpShared {
  HttpOptions options;
  HttpHandler handler;
  SessionGroup sessions;
  std::atomic<std::size_t> open = 0;  // connections
};

namespace {

using boost::system::error_code;
using std::chrono::milliseconds;
using Protocol = asio::generic::stream_protocol;
using Socket = asio::basic_stream_socket<Protocol, Strand>;
using Acceptor = asio::basic_socket_acceptor<Protocol, Strand>;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Strand>;

constexpr int backlog_max = 4'096;
constexpr auto accept_pause =
    milliseconds(50);  // after a failure, such as having no descriptor left
// A client that still sends while it is told why not has to be heard out, or its kernel throws the
// answer away.
constexpr auto linger_limit = milliseconds(1'000);
constexpr std::size_t linger_bytes_max = 16U << 20;
constexpr std::size_t refusals_max = 64;  // connections that are told 503 at one time

constexpr std::string_view continue_bytes = "HTTP/1.1 100 Continue\r\n\r\n";

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

// Without its port; empty of a unix socket.
std::string peer_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known = ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  std::array<char, INET_ADDRSTRLEN> text{};
  if (!known || address.sin_family != AF_INET) return "";
  return ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
}

kit::HttpResponse respond(const HttpHandler& handler, const kit::HttpRequest& request) {
  if (request.target == health_target) return plain_answer(200, "ok");
  try {
    return sendable(handler(request));
  } catch (...) {
    return plain_answer(500, "the service threw: " + text_of(std::current_exception()));
  }
}

// One client. All of it runs on the strand of its socket; the coroutine that serves it and the
// timer's handler share it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, HttpShared& shared)
      : shared_(shared),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        reader_(shared.options.limits),
        peer_(peer_of(socket_.native_handle())) {
    ++shared_.open;
  }
  ~Connection() { --shared_.open; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  awaitable<void> serve() {
    for (std::size_t left = shared_.options.requests_max; left > 0; --left) {
      const bool begun = co_await wait_for_request();
      if (!begun) break;
      const bool told = co_await receive();
      if (!told) break;
      const bool stays = co_await answer(left == 1);
      if (!stays) break;
    }
    co_await leave();
  }

  awaitable<void> refuse() {
    response_ = plain_answer(503, "this server has as many connections as it takes");
    const HttpForm last{false, false, true};
    const bool sent = co_await send(last);
    if (sent) lingers_ = true;
    co_await leave();
  }

  void close() {
    error_code ignored;
    left_ = true;
    timer_.cancel();
    socket_.close(ignored);
  }

 private:
  // Until the first byte of a request a connection is idle, and the only time that it can be ended.
  awaitable<bool> wait_for_request() {
    if (reader_.begun()) co_return true;
    allow(shared_.options.idle_limit);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (shared_.sessions.stopping()) co_return false;
    const bool came = co_await read_some();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return came;
  }

  awaitable<bool> read_some() {
    const auto room = reader_.room();
    const asio::mutable_buffer buffer(room.data(), room.size());
    const auto [error, bytes] = co_await socket_.async_read_some(buffer, use_tuple);
    reader_.received(bytes);
    ended_ = error == asio::error::eof;
    co_return !error;
  }

  // False if there is nobody left to answer.
  awaitable<bool> receive() {
    allow(shared_.options.receive_limit);
    for (;;) {
      const auto state = reader_.read();
      if (state == HttpReader::State::complete || state == HttpReader::State::failed) break;
      if (state == HttpReader::State::continue_wanted) {
        const asio::const_buffer go_on(continue_bytes.data(), continue_bytes.size());
        co_await asio::async_write(socket_, go_on, use_tuple);
      }
      const bool came = co_await read_some();
      if (came) continue;
      if (!ended_) co_return expired_;
      reader_.end_of_input();
      break;
    }
    co_return true;
  }

  // False if the connection is to be closed.
  awaitable<bool> answer(bool last) {
    HttpForm form = reader_.form();
    if (reader_.state() == HttpReader::State::complete) {
      response_ = respond(shared_.handler, request());
    } else if (reader_.state() == HttpReader::State::failed) {
      response_ = reader_.problem();
    } else {
      response_ = plain_answer(408, "the request did not arrive in time");
    }
    if (last || shared_.sessions.stopping()) form.keep_alive = false;
    const bool sent = co_await send(form);
    lingers_ = sent && !form.keep_alive;
    reader_.next();
    response_ = kit::HttpResponse();
    const bool stays = sent && form.keep_alive;
    co_return stays;
  }

  kit::HttpRequest request() const {
    kit::HttpRequest request = reader_.request();
    request.peer = peer_;
    return request;
  }

  awaitable<bool> send(HttpForm form) {
    allow(shared_.options.send_limit);
    const std::string head = head_of(response_, form);
    std::array<asio::const_buffer, 2> bytes;
    bytes[0] = asio::buffer(head);
    if (form.with_body) bytes[1] = asio::buffer(response_.body);
    const auto [error, sent] = co_await asio::async_write(socket_, bytes, use_tuple);
    co_return !error;
  }

  awaitable<void> leave() {
    error_code ignored;
    std::size_t left = lingers_ ? linger_bytes_max : 0;
    if (lingers_) {
      allow(linger_limit);
      socket_.shutdown(Socket::shutdown_send, ignored);
    }
    while (left > 0) {
      std::array<char, 4'096> thrown_away;
      const asio::mutable_buffer buffer(thrown_away.data(), thrown_away.size());
      const auto [error, bytes] = co_await socket_.async_read_some(buffer, use_tuple);
      left -= std::min(left, bytes);
      if (error) break;
    }
  }

  // What comes next has this long; then it is cancelled. Most deadlines only move on, and setting
  // the timer again is left to the timer.
  void allow(milliseconds limit) {
    expired_ = false;
    deadline_ = SteadyClock::now() + limit;
    if (!watched_ || deadline_ < timer_.expiry()) watch();
  }

  void watch() {
    watched_ = true;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error && !self->left_) self->on_timer();
    });
  }

  void on_timer() {
    watched_ = SteadyClock::now() < deadline_;
    if (watched_) return watch();
    expired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  }

  HttpShared& shared_;
  Socket socket_;
  Timer timer_;
  HttpReader reader_;
  const std::string peer_;
  kit::HttpResponse response_;
  SteadyClock::time_point deadline_;
  bool watched_ = false;  // the timer runs
  bool expired_ = false;  // the deadline has passed
  bool ended_ = false;    // the client sends nothing more
  bool lingers_ = false;  // the client has an answer to read before the connection is closed
  bool left_ = false;
};

// However its coroutine ends, a connection is closed: its timer's handler would keep it.
class Closing {
 public:
  explicit Closing(Connection& connection) : connection_(connection) {}
  ~Closing() { connection_.close(); }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;

 private:
  Connection& connection_;
};

// Cancellation reaches a connection where it wants to be reached, and is never an exception.
awaitable<void> serve(std::shared_ptr<Connection> connection, bool refused) {
  const Closing closing(*connection);
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (refused) {
    co_await connection->refuse();
  } else {
    co_await connection->serve();
  }
}

void welcome(HttpShared& shared, Socket socket) {
  const std::size_t open = shared.open;
  const std::size_t most = shared.options.connections_max;
  if (open >= most + refusals_max) return;
  const Strand strand = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(socket), shared);
  shared.sessions.start(strand, serve(std::move(connection), open >= most));
}

// `shared` and `context` outlive all sessions.
awaitable<void> accept_clients(HttpShared& shared, asio::io_context& context, Acceptor acceptor) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Timer pause(acceptor.get_executor());
  while (!shared.sessions.stopping()) {
    const Strand strand = asio::make_strand(context);
    auto [error, socket] = co_await acceptor.async_accept(strand, use_tuple);
    if (!error) {
      welcome(shared, std::move(socket));
    } else if (!shared.sessions.stopping()) {
      pause.expires_after(accept_pause);
      co_await pause.async_wait(use_tuple);
    }
  }
}

Acceptor acceptor_on(Descriptor listener, int family, const Strand& strand) {
  const int protocol = family == AF_UNIX ? 0 : IPPROTO_TCP;
  const int on = 1;  // connections inherit it
  if (family != AF_UNIX) {
    ::setsockopt(listener.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Acceptor acceptor(strand);
  acceptor.assign(Protocol(family, protocol), listener.release());
  return acceptor;
}

}  // namespace

class HttpServer::Parts {
 public:
  Parts(const HttpOptions& options, HttpHandler handler)
      : shared_{options, std::move(handler), {}, {}}, context_(options.threads) {
    Descriptor listener = listen_on(options.endpoint, backlog_max);
    endpoint_ = endpoint_of(listener.get());
    const Strand strand = asio::make_strand(context_);
    Acceptor acceptor = acceptor_on(std::move(listener), endpoint_.family(), strand);
    shared_.sessions.start(strand, accept_clients(shared_, context_, std::move(acceptor)));
  }

  // Apart from the constructor: those that run are joined even if there can't be another.
  void start_threads() {
    for (int i = 0; i < shared_.options.threads; ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
  }

  ~Parts() {
    context_.stop();
    for (auto& thread : threads_) thread.join();
  }

  HttpEnd stop(milliseconds limit) {
    shared_.sessions.ask_to_end();
    HttpEnd end;
    end.given_up = shared_.sessions.wait(limit);
    context_.stop();
    if (const auto failure = shared_.sessions.failure()) end.failure = text_of(failure);
    return end;
  }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  HttpShared shared_;  // outlives the context, as its sessions want it
  Endpoint endpoint_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::vector<std::thread> threads_;
};

HttpServer::HttpServer(const HttpOptions& options, HttpHandler handler)
    : parts_(std::make_unique<Parts>(options, std::move(handler))) {
  parts_->start_threads();
}

HttpServer::~HttpServer() = default;

Endpoint HttpServer::endpoint() const { return parts_->endpoint(); }

HttpEnd HttpServer::stop(milliseconds limit) { return parts_->stop(limit); }

}  // namespace assay::net
