// Whether the tokens that are gone agree with the answers: of a bucket that doesn't fill while
// anybody looks, those taken and those still there make up all it had.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "grade/scorecard.hpp"
#include "graders/rate_limiter/gateway/talk.hpp"
#include "graders/rate_limiter/gateway/world.hpp"

namespace assay::graders::rate_limiter {

struct TokenCount {
  int taken = 0;  // by requests that were admitted, whatever became of them
  int left = 0;   // so many more were admitted, one after the other, before a 429
  int all = 0;    // the bucket's size

  bool good() const { return taken + left == all; }
};

// Of those sent, how many to targets with this prefix were admitted: all with an answer but a 429.
int admitted_of(const std::vector<std::pair<GatewayAsk, GatewayReply>>& sent,
                const std::string& prefix);

// Asks until there is a 429, with a request that nothing else is under way beside.
TokenCount count_tokens(const GatewayWorld& world, const GatewayAsk& ask, int taken, int all);

std::string to_line(const TokenCount& count);
// Throws std::runtime_error for another line.
TokenCount parse_token_count(const std::string& line);

// Why it isn't good; `what` names the bucket and what was done with it.
grade::CheckResult tell_tokens(const TokenCount& count, const std::string& what,
                               grade::CheckResult result);

}  // namespace assay::graders::rate_limiter
