// Waits for sockets, to the nanosecond: epoll, edge-triggered, each socket registered once. A
// socket that is closed is forgotten by itself. Not thread-safe.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "net/descriptor.hpp"

namespace assay::load {

class Poller {
 public:
  // Throws net::NetError.
  Poller();
  // `tag` comes back with its events. Throws net::NetError.
  void add(int socket, std::uint64_t tag);
  // At most so long, and not at all if it is 0 or less. Valid until the next wait.
  std::span<const epoll_event> wait(std::int64_t limit_ns);

 private:
  static constexpr int kEvents = 128;  // at once, so that what is due isn't kept waiting for long

  int wait_for_events(std::int64_t limit_ns);

  net::Descriptor epoll_;
  std::array<epoll_event, kEvents> events_{};
  bool counts_ns_ = true;
};

// The scheduler may let a sleeper sleep 50 µs longer, to wake several at once. Not this thread's,
// for the time of its life.
class PromptWaking {
 public:
  PromptWaking();
  ~PromptWaking();
  PromptWaking(const PromptWaking&) = delete;
  PromptWaking& operator=(const PromptWaking&) = delete;

 private:
  int before_ns_;
};

}  // namespace assay::load
