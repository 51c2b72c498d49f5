// One direction of one connection: moves bytes from a socket to another, as its lane's faults say.
// A state machine that never waits. Not thread-safe: the gate's lock guards it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "fault/lane.hpp"
#include "net/descriptor.hpp"

namespace assay::fault {

using Time = std::chrono::steady_clock::time_point;

// Held back for one connection and direction, at most; when it is full, the gate stops reading. So
// a delayed connection passes at most this much per delay, like a TCP window.
inline constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostChunks = 1024;  // that wait for a time of their own
inline constexpr int kTurnsAtOnce = 8;  // of reading and writing, until others have theirs

// One end of a connection. What is known of its socket comes from epoll, edge by edge, so it has
// to be remembered until the kernel says EAGAIN.
struct Side {
  net::Descriptor socket;
  bool connected = false;
  bool readable = false;
  bool writable = false;
  bool ends = false;        // epoll saw an end: a short read is not the last
  bool gone = false;        // it was reset
  bool whole_reads = true;  // a short read has emptied the socket, as TCP's does
  bool has_turn = true;     // it hasn't spoken yet, or was spoken to since
};

class Flow {
 public:
  Flow(Side& from, Side& to, Lane& lane, base::Random random);
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow();

  enum class Outcome {
    waits,        // for a socket, for wakes_at(), or for another fault
    again,        // more can be done at once
    reset,        // a fault wants both sides reset
    carry_reset,  // the source was reset, so the other side has to be
  };
  // `scratch` is where bytes are read into, lent by the gate.
  Outcome move(Time now, std::span<char> scratch);
  std::optional<Time> wakes_at() const { return wakes_at_; }

  // The lane's faults have changed.
  void on_fault(const Fault& fault);

  // Both peers know of the end.
  bool finished() const { return closed_ && ending_ != Ending::none; }

 private:
  enum class Ending { none, end_of_stream, reset };
  struct Chunk {
    Time due;
    std::size_t bytes;
  };

  bool write_some(Time now);
  bool reset_is_due() const;
  bool close_if_ended(Time now);
  std::size_t allowed(Time now);
  std::size_t granted(Time now, std::size_t wanted, const Fault& bandwidth);
  // What the socket took, if anything.
  std::size_t send(const char* bytes, std::size_t count);
  void consume(std::size_t count);
  void after_sending(Time now, std::size_t count);

  bool read_some(Time now, std::span<char> scratch);
  std::size_t room(std::size_t limit) const;
  void take(Time now, std::span<const char> bytes);
  void hold(Time now, std::span<const char> bytes);
  void end(Time now, Ending ending);
  Time due_time(Time now);
  void release_due(Time now);
  std::size_t held() const { return buffer_.size() - consumed_; }
  void wake_at(Time at);

  Side& from_;
  Side& to_;
  Lane& lane_;
  base::Random random_;
  std::vector<char> buffer_;
  std::size_t consumed_ = 0;   // at the front of the buffer
  std::size_t due_bytes_ = 0;  // of what is held, those whose time has come; the rest are chunks
  std::deque<Chunk> chunks_;
  Time last_due_;
  std::optional<Time> wakes_at_;
  Time next_piece_at_;
  std::size_t granted_bytes_ = 0;  // of the bandwidth
  Time granted_at_;
  std::uint64_t passed_since_fault_ = 0;  // counted for reset
  Ending ending_ = Ending::none;          // of the source
  bool cut_ = false;                      // half-closed by a fault: what still comes is dropped
  bool closed_ = false;                   // the other side was told of the end
  bool gap_ = false;                      // bytes are missing: nobody could make sense of the rest
  std::optional<Outcome> ends_with_;      // a reset
};

}  // namespace assay::fault
