// A server that does as it is told: what it answers to its nth request, when, and what becomes of
// the connection. One thread of its own, on a free loopback port or a unix socket.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "load/load.hpp"
#include "net/sockets.hpp"

namespace assay::load {

inline std::string answer_with(int status, const std::string& body = "hello",
                               const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Status\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

enum class Then { keep, close, reset };

struct Reaction {
  std::string bytes = answer_with(200);
  Then then = Then::keep;
  std::chrono::milliseconds delay{0};  // of this answer
  std::chrono::milliseconds stall{0};  // of the whole server, before it
  bool byte_by_byte = false;
};

class ScriptedServer {
 public:
  using Script = std::function<Reaction(std::uint64_t request)>;

  explicit ScriptedServer(Script script, const net::Endpoint& at = net::Endpoint::loopback(0))
      : script_(std::move(script)),
        listener_(net::listen_on(at, 512)),
        endpoint_(net::endpoint_of(listener_.get())),
        thread_([this] { serve(); }) {}
  ~ScriptedServer() {
    stop_ = true;
    thread_.join();
  }

  const net::Endpoint& endpoint() const { return endpoint_; }
  std::string url() const { return "http://" + endpoint_.text() + "/"; }
  std::uint64_t requests() const { return requests_; }
  std::int64_t stall_began_ns() const { return stall_began_ns_; }
  std::int64_t stall_ended_ns() const { return stall_ended_ns_; }
  std::string last_request() const { return last_request_; }  // once the load is over

 private:
  struct Peer {
    net::Descriptor socket;
    std::string received;
    std::string unsent;
    Reaction reaction;
    std::int64_t due_ns = 0;
    bool answering = false;
    bool gone = false;
  };

  void serve() {
    while (!stop_) {
      std::vector<pollfd> waiting{{listener_.get(), POLLIN, 0}};
      for (const Peer& peer : peers_) waiting.push_back({peer.socket.get(), POLLIN, 0});
      ::poll(waiting.data(), waiting.size(), 1);
      accept_all();
      for (Peer& peer : peers_) {
        if (!peer.answering) read(peer);
        if (peer.answering) answer(peer);
      }
      peers_.remove_if([](const Peer& peer) { return peer.gone; });
    }
  }

  void accept_all() {
    for (;;) {
      net::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
      if (!socket) return;
      peers_.emplace_back();
      peers_.back().socket = std::move(socket);
    }
  }

  void read(Peer& peer) {
    std::vector<char> buffer(1 << 16);
    const auto count = ::recv(peer.socket.get(), buffer.data(), buffer.size(), 0);
    peer.gone = count == 0 || (count < 0 && errno != EAGAIN);
    if (count <= 0) return;
    peer.received.append(buffer.data(), static_cast<std::size_t>(count));
    if (!whole(peer.received)) return;
    last_request_ = std::move(peer.received);
    peer.received.clear();
    peer.reaction = script_(requests_++);
    if (peer.reaction.stall.count() > 0) {
      stall_began_ns_ = monotonic_ns();
      std::this_thread::sleep_for(peer.reaction.stall);
      stall_ended_ns_ = monotonic_ns();
    }
    peer.unsent = peer.reaction.bytes;
    peer.due_ns = monotonic_ns() + std::chrono::nanoseconds(peer.reaction.delay).count();
    peer.answering = true;
  }

  static bool whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string field = "Content-Length: ";
    const auto length = request.find(field);
    const auto body = length < end ? std::stoull(request.substr(length + field.size())) : 0;
    return request.size() >= end + 4 + body;
  }

  void answer(Peer& peer) {
    if (monotonic_ns() < peer.due_ns) return;
    const std::size_t size = peer.reaction.byte_by_byte ? 1 : peer.unsent.size();
    const auto sent = ::send(peer.socket.get(), peer.unsent.data(),
                             std::min(size, peer.unsent.size()), MSG_NOSIGNAL);
    peer.gone = sent < 0 && errno != EAGAIN;
    if (sent > 0) peer.unsent.erase(0, static_cast<std::size_t>(sent));
    if (!peer.unsent.empty()) return;
    peer.answering = false;
    peer.gone = peer.gone || peer.reaction.then != Then::keep;
    if (peer.reaction.then != Then::reset) return;
    const linger at_once{1, 0};
    ::setsockopt(peer.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  Script script_;
  net::Descriptor listener_;
  net::Endpoint endpoint_;
  std::list<Peer> peers_;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::int64_t> stall_began_ns_ = 0;
  std::atomic<std::int64_t> stall_ended_ns_ = 0;
  std::string last_request_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

inline Reaction plainly(std::uint64_t) { return {}; }

// A port on which nobody listens.
inline net::Endpoint nobody() {
  return net::endpoint_of(net::listen_on(net::Endpoint::loopback(0), 1).get());
}

}  // namespace assay::load
