// Counts the service's slots from outside: how many requests of many keys a gateway lets be there
// at once. A service behind it must have room for more.
#pragma once

#include <chrono>
#include <string>

#include "grade/scorecard.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

// A route that is critical in every setup where slots are counted, and a request to it that is
// held.
inline constexpr const char* critical_prefix = "/pay";
inline constexpr const char* critical_held_target = "/pay?does=wait";

// Others, with a key each, that take all slots of the service until it lets go.
struct SlotHolders {
  // In no try were all of them taken.
  static constexpr const char* none_taken = "slots missing";
  static constexpr const char* none_taken_words =
      "requests of many keys never take all slots of the service: some are lost, or never used";

  static bool take_all(GatewayWorld& world, GatewayCrowd& others, int slots,
                       std::chrono::milliseconds limit);
  static bool are_all_taken(GatewayWorld& world, int slots);
  // Lets go, as often as it takes until all of the crowd have an answer.
  static void release_all(GatewayWorld& world, const GatewayCrowd& crowd);
};

struct SlotCount {
  int wanted = 0;
  int reached = 0;   // so many were at the service at once, though more were sent
  int answered = 0;  // with 200, when it let go

  bool good() const { return wanted > 0 && reached == wanted && answered >= wanted; }
};

// The best of some, or the first with too many.
SlotCount count_slots(GatewayWorld& world, int slots, std::chrono::milliseconds limit);

std::string to_line(const SlotCount& count);
// Throws std::runtime_error for another line.
SlotCount parse_slot_count(const std::string& line);

// Why it isn't good, as a failure that begins with `after`.
grade::CheckResult tell_slots(const SlotCount& count, const std::string& after,
                              grade::CheckResult result);

}  // namespace assay::graders::rate_limiter
