// Whether an HTTP subject is ready: one GET /healthz over HTTP/1.1, in plain words. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "proc/question.hpp"

namespace assay::grade {

struct Health {
  enum class Kind {
    healthy,  // answered 200
    not_yet,  // nobody listens, no answer, or one from 500 to 599: later it may be another
    sick,     // any other answer: it won't change by waiting
  };
  Kind kind = Kind::not_yet;
  std::string words;  // "answered GET /healthz with 404, where 200 is due"
};

Health ask_for_health(const net::Endpoint& subject, const net::MakeSocket& make,
                      const proc::Patience& patience);

// What an answer, of which more may come, is worth. Pure.
bool is_whole_response(std::string_view response);
Health health_in(const proc::Answer& answer, std::uint16_t port);

}  // namespace assay::grade
