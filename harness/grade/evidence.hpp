// What a check saw, as it is stored: a transcript that a person can read and `assay judge` can
// parse.
//
//   ## planned
//   > limiter 3 200000000
//   < ok
//   ! crashed: segmentation fault (SIGSEGV) at "acquire 0 a 1"
//   | what the subject printed
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grade/conversation.hpp"

namespace assay::grade {

struct Evidence {
  std::vector<Conversation> conversations;  // the planned one; then, after a failure, the shrunk
};

// The answer to `asked` where a conversation records facts; empty if there is none.
std::string fact_in(const Conversation& facts, std::string_view asked);

std::string to_transcript(const Evidence& evidence);

// Throws std::runtime_error that names the line.
Evidence from_transcript(std::string_view transcript);

}  // namespace assay::grade
