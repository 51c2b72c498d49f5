#include "support/server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "net/sockets.hpp"

namespace assay::fault {
namespace {

constexpr int server_backlog = 4096;
constexpr int look_around_ms = 5;
constexpr std::size_t piece_bytes = std::size_t{64} << 10;

void reset(net::Descriptor& socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.close();
}

}  // namespace

Server::Server(Answer answer, const net::Endpoint& endpoint)
    : answer_(std::move(answer)), listener_(net::listen_on(endpoint, server_backlog)) {
  thread_ = std::thread([this] { run(); });
}

Server::~Server() {
  stopping_ = true;
  thread_.join();
}

net::Endpoint Server::endpoint() const { return net::endpoint_of(listener_.get()); }

void Server::hang_up_all() {
  hanging_up_ = true;
  while (hanging_up_) std::this_thread::yield();
}

void Server::run() {
  std::vector<pollfd> waiting;
  while (!stopping_) {
    waiting.assign(1, {listener_.get(), POLLIN, 0});
    for (const auto& [number, conversation] : conversations_) {
      const int wanted =
          (conversation.ended ? 0 : POLLIN) | (conversation.outbox.empty() ? 0 : POLLOUT);
      waiting.push_back({number, static_cast<short>(wanted), 0});
    }
    ::poll(waiting.data(), waiting.size(), look_around_ms);
    for (std::size_t i = 1; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      Conversation& conversation = conversations_.at(waiting[i].fd);
      if (!serve(conversation)) conversations_.erase(waiting[i].fd);
    }
    if (waiting[0].revents != 0) accept();
    if (hanging_up_) {
      for (auto& [number, conversation] : conversations_) reset(conversation.socket);
      conversations_.clear();
      hanging_up_ = false;
    }
  }
}

void Server::accept() {
  for (;;) {
    net::Descriptor socket(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    ++accepted_;
    const int number = socket.get();
    conversations_[number].socket = std::move(socket);
  }
}

bool Server::serve(Conversation& conversation) {
  if (!conversation.ended && !read(conversation)) return false;
  std::string& outbox = conversation.outbox;
  while (!outbox.empty()) {
    const ssize_t sent =
        ::send(conversation.socket.get(), outbox.data(), outbox.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return true;
    if (sent < 0) {
      ++resets_;
      return false;
    }
    outbox.erase(0, static_cast<std::size_t>(sent));
  }
  return !conversation.ended;
}

bool Server::read(Conversation& conversation) {
  std::array<char, piece_bytes> piece{};
  const ssize_t count = ::recv(conversation.socket.get(), piece.data(), piece.size(), 0);
  if (count < 0 && errno == EAGAIN) return true;
  if (count < 0) {
    ++resets_;
    return false;
  }
  if (count == 0) {
    ++ends_;
    conversation.ended = true;
    return true;
  }
  received_bytes_ += static_cast<std::size_t>(count);
  conversation.inbox.append(piece.data(), static_cast<std::size_t>(count));
  conversation.outbox += answer_(conversation.inbox);
  return true;
}

}  // namespace assay::fault
