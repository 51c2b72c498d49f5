// The contract of level 2: a request that is sent again, because its answer was lost, is done once.
// README.md, beside this file, has the question; stub_idempotency.cpp is where to start.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kit/time.hpp"

namespace payment_ledger {

struct Parameter {
  std::string name;
  std::string value;
};

// A request that may have been sent before.
struct Request {
  std::string caller;  // who asks: two callers may choose the same key, and don't know each other
  std::string key;     // 1 to 255 characters, which the caller has chosen for this request
  // Each name once, in the order in which they were sent. The same ones in another order are the
  // same request.
  std::vector<Parameter> parameters;
};

struct Response {
  int status = 0;
  std::string body;
};

struct Outcome {
  enum class Kind {
    executed,   // the key was new
    replayed,   // the key is known, and these were its parameters: what it was answered with then
    in_flight,  // the first request with this key hasn't been answered yet
    mismatch,   // the key is known, with other parameters
  };
  Kind kind = Kind::executed;
  Response response;  // when executed or replayed
};

// A key is remembered for this long after it was new: for its last nanosecond, but not after it.
inline constexpr kit::nanoseconds key_lifetime = std::chrono::hours(24);

class Idempotency {
 public:
  virtual ~Idempotency() = default;

  // Calls `act`, which is what the request asks for, if the key of this caller is new; remembers
  // what it returns, whatever the status. Never calls it twice for a key, and never makes a request
  // wait for another one's `act`, which may take seconds.
  //
  // If `act` throws, nothing was done: the exception goes on to whoever called, and the key is as
  // if it had not been used.
  //
  // While the first request is in flight, all others with its key are told so, whatever their
  // parameters are.
  virtual Outcome run(const Request& request, const std::function<Response()>& act) = 0;
};

// Any thread may call it at any time. `clock` outlives it, and never goes back.
std::unique_ptr<Idempotency> make_idempotency(const kit::Clock& clock);

}  // namespace payment_ledger
