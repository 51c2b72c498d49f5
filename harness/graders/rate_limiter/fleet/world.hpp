// A fleet for one check: a Redis of its own, nodes that are processes in cells of their own, and a
// gate between each of them and Redis, in the node's network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fault/gate.hpp"
#include "grade/session.hpp"
#include "graders/rate_limiter/fleet/log.hpp"
#include "measure/canary.hpp"
#include "net/descriptor.hpp"
#include "proc/server.hpp"

namespace assay::graders::rate_limiter {

inline constexpr std::string_view fleet_marker = "play";

struct FleetPolicy {
  std::int64_t capacity = 1;
  std::int64_t interval_ns = 1'000;
  std::int64_t lease_max = 1;
  std::int64_t deadline_ns = 1'000'000;
};

// Each node may be asked by a thread of its own.
class FleetWorld {
 public:
  // Throws proc::ServerUnavailable, proc::CellError, grade::SubjectTrouble and Interrupted.
  FleetWorld(const grade::SubjectSpec& subject, std::size_t nodes, FleetLog& log);

  std::size_t size() const { return nodes_.size(); }

  // A limiter with this policy on every node.
  void make(const FleetPolicy& policy);
  // The same on the first node, but where its Redis should be, nobody takes connections.
  void make_unreachable(const FleetPolicy& policy);
  // Takes one of those that wait there, and never answers it.
  void take_connection();

  // Throws FleetStops if the answer is none of the exercise's: the rest would say no more.
  std::string ask(std::size_t node, const std::string& line);
  // The same, with the canary's delays noted behind it: "900 20", all meanwhile, and what 99 of 100
  // were no longer than, in nanoseconds.
  std::string ask_timed(std::size_t node, const std::string& line);
  // All nodes at once, each its own line.
  void ask_each(const std::function<std::string(std::size_t node)>& line);

  // Where the next act of the play begins.
  void mark(const std::string& act) { log_.note(fleet_marker, act, "begins"); }

  // On all gates.
  void break_with(const std::string& fault);
  void heal() { break_with("pass"); }
  void pause_redis();
  void resume_redis();
  void kill_redis();     // and nobody listens any more
  void restart_redis();  // empty
  void begin_errors();   // to whatever is about data, which is kept
  void end_errors();

  // "a=200 b=-1 ": each key and the milliseconds after which it expires; -1: never.
  void note_keys();
  // Of all gates together.
  fault::Counters counters() const;
  // Connections, turns, and what clients say to introduce themselves.
  void note_turns(const std::string& when);

  void end();

 private:
  struct Node {
    std::unique_ptr<grade::Session> session;
    std::unique_ptr<fault::Gate> gate;  // ends first
  };
  // A queue of connections that is full, so that the kernel ignores who wants to connect.
  struct FullQueue {
    net::Descriptor listener;
    net::Descriptor first;
  };

  FleetWorld(const grade::SubjectSpec& subject, std::size_t nodes, FleetLog& log,
             const std::lock_guard<std::mutex>& turn);

  void make(std::size_t node, const FleetPolicy& policy, const std::string& address);
  void noted(const std::string& who, const std::string& did, const std::function<void()>& action);
  std::string answer_of_redis(const std::string& command, std::size_t lines) const;

  FleetLog& log_;
  proc::PrivateServer redis_;
  std::vector<Node> nodes_;
  FullQueue full_;
  std::unique_ptr<measure::Canary> canary_;
};

struct FleetStops {};

// Plays in a world of so many nodes; what comes of it, as evidence. `unavailable_words` begin the
// trouble if there is no Redis on this machine.
using FleetPlay = std::function<void(FleetWorld& world)>;
grade::Conversation play_in_fleet(const std::string& name, const grade::SubjectSpec& subject,
                                  std::size_t nodes, const FleetPlay& play);
inline constexpr std::string_view unavailable_words = "unavailable: ";

}  // namespace assay::graders::rate_limiter
