// What a gate has passed and held back. Plain values.
#pragma once

#include <cstdint>

namespace assay::fault {

struct DirectionCounters {
  std::uint64_t passed_bytes = 0;
  std::uint64_t dropped_bytes = 0;    // by black hole, half-close and reset
  std::uint64_t held_bytes = 0;       // in the gate now
  std::uint64_t most_held_bytes = 0;  // at any time
  std::uint64_t resets = 0;           // connections that a fault of this direction reset
  // Times that its source spoke for the first time, or again after it had been spoken to: those to
  // the server are the round trips of all connections, where commands sent in one go are one.
  std::uint64_t turns = 0;

  bool operator==(const DirectionCounters&) const = default;
};

struct Counters {
  std::uint64_t accepted = 0;     // connections
  std::uint64_t open = 0;         // of these, now
  std::uint64_t unreachable = 0;  // of these, the server couldn't be reached: the client was reset
  std::uint64_t resets_carried = 0;  // of these, one side reset it, so the gate reset the other
  DirectionCounters to_server;
  DirectionCounters to_client;

  bool operator==(const Counters&) const = default;
};

}  // namespace assay::fault
