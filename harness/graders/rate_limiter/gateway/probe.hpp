// Counts the places that a gateway has for a key: how many requests get to the service at once
// while it holds them, and what those beyond are told. What came of it is a line of evidence.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "grade/scorecard.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

struct GatewayProbe {
  int wanted = 0;       // so many were sent at once
  int reached = 0;      // so many got to the service
  int one_more = 0;     // the status of others, one after the other, while the service held those:
                        // the first that isn't 429, if any; 0: told nothing
  int told_in_ms = 0;   // the quickest of the others
  int released = 0;     // so many of them were answered with 200 when it let go
  int refused = 0;      // so many were answered with 429 instead of getting there
  std::string problem;  // of the stub, or a server that fails: why no probe comes about
  std::string where;

  bool good() const {
    return reached == wanted && one_more == 429 && told_in_ms <= kAtOnceMs && released == wanted;
  }

  // The quickest of some that are answered at once takes a small part of this, also on a busy
  // machine.
  static constexpr int kAtOnceMs = 100;
};

// A request that the service holds until it is told to let go.
inline constexpr const char* held_target = "/held?does=wait";

// Without a key, from an address of its own.
GatewayAsk ask_from_address(const std::string& address, const std::string& target);

// `asks` are one key's; they take turns.
GatewayProbe probe(GatewayWorld& world, const std::vector<GatewayAsk>& asks, int wanted,
                   std::chrono::milliseconds limit);
// The best of some, by the number of requests that got through: a leak is there in all of them, a
// late thread is not.
GatewayProbe probe_patiently(GatewayWorld& world, const std::vector<GatewayAsk>& asks, int wanted,
                             std::chrono::milliseconds limit);
inline constexpr int tries_max = 4;

// For a gateway to give back what the service has answered; longer with each try.
void wait_until_calm(GatewayWorld& world, int earlier_tries);

std::string to_line(const GatewayProbe& probe);
// Throws std::runtime_error for another line.
GatewayProbe parse_probe(const std::string& line);
std::string in_words(const GatewayProbe& probe);

// Why a probe isn't good, as a failure that begins with `after`.
grade::CheckResult tell_probe(const GatewayProbe& probe, const std::string& after,
                              const std::string& mistake, grade::CheckResult result);

}  // namespace assay::graders::rate_limiter
