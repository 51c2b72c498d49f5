// Where requests come from and answers go: the load's two ends, as whoever grades or records needs
// them. Called from the thread that runs the load, one call at a time, never again after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay::load {

enum class Outcome {
  answered,      // with any status
  refused,       // nobody listens there
  unreachable,   // no connection for another reason: no such socket, no free port, no route
  reset,         // the server broke the connection
  closed_early,  // the server closed it before the answer was whole
  timed_out,
  bad_answer,  // what came isn't HTTP/1.1, or is too long
  unfinished,  // the load ended first
};
inline constexpr std::array<Outcome, 6> kFailures{Outcome::refused,   Outcome::unreachable,
                                                  Outcome::reset,     Outcome::closed_early,
                                                  Outcome::timed_out, Outcome::bad_answer};
std::string_view in_words(Outcome outcome);

// Times are those of CLOCK_MONOTONIC.
struct Request {
  std::uint64_t number = 0;    // from 0, in the order of sending, over all runs of a Load
  std::size_t connection = 0;  // from 0; one has one request at a time
  std::int64_t intended_ns = 0;
  std::int64_t begun_ns = 0;  // when it was given to a connection
  bool measured = false;      // not of the warm-up
};

struct Exchange {
  Request request;
  std::int64_t ended_ns = 0;
  Outcome outcome = Outcome::answered;
  int status = 0;         // 0 without an answer
  std::string_view body;  // if bodies are kept; for the time of the call
  bool sent = false;      // any byte of it

  std::int64_t latency_ns() const { return ended_ns - request.intended_ns; }
  // Sent, and nobody can say whether it took effect.
  bool unknown() const { return sent && outcome != Outcome::answered; }
};

class RequestSource {
 public:
  virtual ~RequestSource() = default;
  // All bytes of the next request, in place of what is in `bytes`. Called when it is sent.
  virtual void next(const Request& request, std::string& bytes) = 0;
  virtual void told(const Exchange&) {}
  // Whether this is the answer that was wanted; others count as errors.
  virtual bool accepts(int status) const { return status < 400; }
  virtual bool keeps_bodies() const { return false; }
};

}  // namespace assay::load
