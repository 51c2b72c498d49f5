// One question to a server over a fresh connection, and its answer: how a server is found to be
// ready. It blocks, with a limit. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "net/sockets.hpp"

namespace assay::proc {

// How long a wait may take.
struct Patience {
  std::chrono::steady_clock::time_point deadline;
  // Asked every few milliseconds: false ends the wait early. May throw.
  std::function<bool()> goes_on;

  bool left() const { return std::chrono::steady_clock::now() < deadline && goes_on(); }
  // Sleeps until it is worth another try.
  void pause() const;
};

struct Answer {
  enum class Kind {
    not_listening,  // bytes: why
    closed,         // by the server, before the answer was whole
    silent,         // until patience ran out
    whole,
  };
  Kind kind = Kind::silent;
  std::string bytes;  // what came
};

// `is_whole` says of what has come whether more is needed; beyond kAnswerLimitBytes none is read.
Answer ask(const net::Endpoint& server, const net::MakeSocket& make, std::string_view question,
           const std::function<bool(std::string_view)>& is_whole, const Patience& patience);
inline constexpr std::size_t kAnswerLimitBytes = 64U << 10;

}  // namespace assay::proc
