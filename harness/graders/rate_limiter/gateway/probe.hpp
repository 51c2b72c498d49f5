// Counts the slots that a gateway has for a key: how many requests get to the service at once while
// it holds them, and what one more is told. What came of it is a line of evidence.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

struct GatewayProbe {
  int wanted = 0;       // so many were sent at once
  int reached = 0;      // so many got to the service
  int one_more = 0;     // the status of another one, while the service held those
  int released = 0;     // so many of them were answered with 200 when it let go
  int refused = 0;      // so many were answered with 429 instead of getting there
  std::string problem;  // of the stub, or a server that fails: why no probe comes about
  std::string where;

  bool good() const { return reached == wanted && one_more == 429 && released == wanted; }
};

// A request that the service holds until it is told to let go.
inline constexpr const char* held_target = "/held?does=wait";

GatewayProbe probe(GatewayWorld& world, const std::string& key, int wanted,
                   std::chrono::milliseconds limit);

std::string to_line(const GatewayProbe& probe);
// Throws std::runtime_error for another line.
GatewayProbe parse_probe(const std::string& line);
std::string in_words(const GatewayProbe& probe);

}  // namespace assay::graders::rate_limiter
