// What happened in a world of several nodes, as it is stored: an exchange for each event, who did
// what between which two times. Judges read it again.
//
//   > 1204000 node 2: ask a 1
//   < 1391000 admitted 4
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "grade/conversation.hpp"

namespace assay::graders::rate_limiter {

struct FleetEvent {
  std::string who;  // "node 2", "gates", "redis" or "canary"
  std::string did;
  std::int64_t from_ns = 0;  // since the world began
  std::int64_t to_ns = 0;
  std::string came;
  bool ended = false;  // to_ns and came are there

  bool by_node() const { return who.starts_with("node "); }
};

// In the order in which they began. Throws std::logic_error for what no FleetLog has written.
std::vector<FleetEvent> fleet_events(const grade::Conversation& talk);

// The one answer to what was done once; empty if it never was.
std::string fleet_fact(const std::vector<FleetEvent>& events, std::string_view did);

// Thread-safe.
class FleetLog {
 public:
  std::int64_t now_ns() const;
  // Returns its number.
  std::size_t begin(std::string_view who, std::string_view did);
  void end(std::size_t number, std::string_view came);
  void note(std::string_view who, std::string_view did, std::string_view came);

  std::vector<grade::Exchange> exchanges() const;

 private:
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::vector<grade::Exchange> exchanges_;
};

}  // namespace assay::graders::rate_limiter
