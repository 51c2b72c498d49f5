// The part of the engine that deals with one connection at a time.
#include "load/engine.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace assay::load {
namespace {

// In a closed loop, a connection that was refused waits before it tries again: otherwise all that
// such a run does is to be refused.
constexpr std::int64_t rest_ns = 10'000'000;
constexpr int generation_shift = 32;

}  // namespace

void Load::Engine::start(std::size_t number, std::int64_t intended_ns) {
  Connection& connection = connections_[number];
  connection.request = {next_number_++, number, intended_ns, now_ns_,
                        recorder_->measures(intended_ns)};
  source_->next(connection.request, connection.bytes);
  connection.sent_bytes = 0;
  connection.has_request = true;
  ++under_way_;
  connection.parser.expect(connection.bytes.starts_with("HEAD "), keeps_bodies_);
  if (connection.stage == Stage::closed) return open(number);
  connection.stage = Stage::busy;
  connection.deadline_ns = now_ns_ + timeout_ns_;
  deadlines_.push(number);
  send(number);
}

void Load::Engine::open(std::size_t number) {
  Connection& connection = connections_[number];
  ++connects_;
  connection.deadline_ns = now_ns_ + timeout_ns_;
  deadlines_.push(number);
  if (const int error = connection.open(endpoint_, settings_.make_socket)) {
    return lose(number, outcome_of(error, Stage::connecting));
  }
  const std::uint64_t tag =
      (static_cast<std::uint64_t>(connection.generation) << generation_shift) | number;
  poller_.add(connection.socket.get(), tag);
}

void Load::Engine::opened(std::size_t number) {
  Connection& connection = connections_[number];
  if (const int error = connection.finish_opening()) {
    return lose(number, outcome_of(error, Stage::connecting));
  }
  if (connection.has_request) {
    connection.stage = Stage::busy;
    return send(number);
  }
  --connecting_idly_;
  deadlines_.remove(number);
  connection.stage = Stage::idle;
  idle_.push_back(number);
}

void Load::Engine::send(std::size_t number) {
  if (const int error = connections_[number].send_rest()) {
    lose(number, outcome_of(error, Stage::busy));
  }
}

void Load::Engine::handle(const epoll_event& event) {
  const auto number = static_cast<std::size_t>(event.data.u64 & UINT32_MAX);
  Connection& connection = connections_[number];
  const bool current = connection.generation == event.data.u64 >> generation_shift;
  if (!current || connection.stage == Stage::closed) return;
  if (connection.stage == Stage::connecting) {
    if ((event.events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) opened(number);
  } else if (connection.stage == Stage::busy && (event.events & EPOLLOUT) != 0 &&
             !connection.all_sent()) {
    send(number);
  }
  constexpr auto readable = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if (connection.stage == Stage::closed || connection.stage == Stage::connecting) return;
  if ((event.events & readable) != 0) receive(number, (event.events & EPOLLRDHUP) != 0);
}

// All that is there: the next event comes only for more. A short read says that it was all, unless
// the end of the stream is behind it.
void Load::Engine::receive(std::size_t number, bool closing) {
  Connection& connection = connections_[number];
  for (;;) {
    const auto count = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    now_ns_ = monotonic_ns();
    if (count < 0) return lose(number, outcome_of(errno, Stage::busy));
    if (count == 0) return end_of_stream(number);
    const auto size = static_cast<std::size_t>(count);
    const bool goes_on = take_bytes(number, {buffer_.data(), size}, closing);
    if (!goes_on || (size < buffer_.size() && !closing)) return;
  }
}

// Whether there may be more for the same request.
bool Load::Engine::take_bytes(std::size_t number, std::string_view bytes, bool closing) {
  Connection& connection = connections_[number];
  ResponseParser& parser = connection.parser;
  if (!connection.has_request) {  // nobody asked for these
    lose(number, Outcome::bad_answer);
    return false;
  }
  const std::size_t used = parser.feed(bytes);
  if (parser.failed()) {
    lose(number, Outcome::bad_answer);
    return false;
  }
  if (!parser.done()) return true;
  const bool clean = used == bytes.size() && connection.all_sent() && !closing;
  answered(number, clean && parser.keeps_alive());
  return false;
}

void Load::Engine::end_of_stream(std::size_t number) {
  Connection& connection = connections_[number];
  if (!connection.has_request) return lose(number, Outcome::closed_early);
  connection.parser.end();
  if (connection.parser.done()) {
    answered(number, false);
  } else {
    lose(number, Outcome::closed_early);
  }
}

void Load::Engine::answered(std::size_t number, bool reusable) {
  Connection& connection = connections_[number];
  deadlines_.remove(number);
  if (reusable) {
    connection.stage = Stage::idle;
    idle_.push_back(number);
  } else {
    connection.close();
    closed_.push_back(number);
  }
  finish(connection, Outcome::answered);
}

// The connection is gone, and so is the request on it, if there was one.
void Load::Engine::lose(std::size_t number, Outcome outcome) {
  Connection& connection = connections_[number];
  const bool never_opened = connection.stage == Stage::connecting;
  if (connection.stage == Stage::idle) std::erase(idle_, number);
  if (never_opened && !connection.has_request) --connecting_idly_;
  deadlines_.remove(number);
  connection.close();
  if (never_opened && connection.has_request && plan_.rate_per_s <= 0) {
    resting_.push_back({now_ns_ + rest_ns, number});
  } else {
    closed_.push_back(number);
  }
  if (connection.has_request) finish(connection, outcome);
}

void Load::Engine::finish(Connection& connection, Outcome outcome) {
  connection.has_request = false;
  --under_way_;
  Exchange exchange;
  exchange.request = connection.request;
  exchange.ended_ns = now_ns_;
  exchange.outcome = outcome;
  exchange.sent = connection.sent_bytes > 0;
  if (outcome == Outcome::answered) {
    exchange.status = connection.parser.status();
    exchange.body = connection.parser.body();
  }
  recorder_->ended(exchange, outcome == Outcome::answered && source_->accepts(exchange.status));
  source_->told(exchange);
}

}  // namespace assay::load
