// One connection through a gate: a client, the server that it is connected with, and a flow each
// way. Not thread-safe: the gate's lock guards it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "fault/flow.hpp"

namespace assay::fault {

class Link;

// What epoll hands back for a socket.
struct Watched {
  Link* link = nullptr;
  Side side;
};

class Link {
 public:
  // Both sockets are non-blocking, and the server's is being connected.
  Link(net::Descriptor client, net::Descriptor server, Lane& to_server, Lane& to_client,
       std::uint64_t seed, std::uint64_t number);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  Watched& client() { return client_; }
  Watched& server() { return server_; }

  enum class State { open, finished, unreachable, reset, carried_reset };
  // What epoll reported about one of the sides.
  State on_events(Watched& watched, std::uint32_t events);
  // `again` is set if more can be done at once.
  State move(Time now, std::span<char> scratch, bool& again);
  void on_fault(const Fault& fault, bool to_server, bool to_client);
  std::optional<Time> wakes_at() const;

  // What the gate's thread notes down about it.
  struct Notes {
    std::optional<Time> wakes_at;  // by the timer
    bool queued = false;           // more can be done at once
    bool ended = false;            // but epoll's events may still name it
  };
  Notes& notes() { return notes_; }

  // Both peers get a reset rather than an end.
  void reset();

 private:
  State state_after(Flow& flow, Time now, std::span<char> scratch, bool& again);

  Watched client_;
  Watched server_;
  Flow to_server_;
  Flow to_client_;
  Notes notes_;
};

// Closes a socket so that its peer gets an RST.
void close_with_reset(net::Descriptor& socket);

}  // namespace assay::fault
