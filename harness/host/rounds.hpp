// Rounds: operations of an exercise, called by several threads under one schedule, and told in the
// order in which things happened (docs/protocols.md, "round"). Only a scheduled host can do it: one
// whose code is compiled for threads/ (ASSAY_SCHEDULED); others answer with an error.
// One thread asks at a time; Operations::answer is called by all threads of the round.
#pragma once

#include <string>
#include <string_view>

#include "host/script.hpp"

namespace assay::host {

inline constexpr std::size_t round_threads_max = 8;
inline constexpr std::size_t round_operations_max = 64;  // of each thread, of FIRST and of LAST
inline constexpr std::size_t round_choices_max = 1'000;  // of a schedule, asked or answered
inline constexpr std::size_t round_items_max = 2'000;    // of an answer; switches are cut first

struct RoundAnswer {
  std::string line;
  bool stuck = false;  // threads hang for good: send the answer, and leave with _exit
};

// `line` is the whole request. Throws BadRequest.
RoundAnswer answer_round(std::string_view line, Operations& operations);

}  // namespace assay::host
