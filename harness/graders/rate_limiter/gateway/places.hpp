// What a gateway does with more requests of one caller than may be there at once: a talk, which
// in_flight.cpp judges.
#pragma once

#include <string_view>

#include "base/random.hpp"
#include "grade/conversation.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

// The lines of the talk, or how they begin.
struct PlacesLine {
  static constexpr const char* at_once = "of a key, at once";
  static constexpr std::string_view probe = "probe ";
  static constexpr std::string_view burst = "burst ";
  static constexpr std::string_view tokens = "tokens ";
  static constexpr const char* queue = "one too many while all wait";
  static constexpr const char* not_held = "nothing";  // the answer, if that couldn't be seen
  static constexpr const char* denial = "one without tokens while all slots are taken";
};
inline constexpr int places_too_many = 4;  // in a burst, beyond those that may be there

GatewaySetup setup_of_places(base::Random& random);
// Stops after the first probe or burst that isn't as it should be.
grade::Conversation see_places(GatewayWorld& world, const GatewaySetup& setup,
                               base::Random& random);

}  // namespace assay::graders::rate_limiter
