// What a check finds out, and why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/history.hpp"
#include "check/part.hpp"

namespace assay::check {

enum class Answer : std::uint8_t { holds, violated, unknown };

// The smallest part that shows a violation, and why it is one.
struct Explanation {
  std::string summary;                    // one sentence
  std::vector<std::size_t> operations;    // the part, in order of call
  std::optional<std::size_t> impossible;  // the one of them at which no order goes on
  std::vector<std::string> reasons;       // one sentence each
  std::size_t left_out = 0;               // operations of the history that don't matter for it
};

struct Verdict {
  Answer answer = Answer::unknown;
  std::string reason;  // of unknown
  std::size_t parts = 0;
  std::size_t configurations = 0;  // that searches looked at; 0 when none was needed

  // Of a violation: a part that is one by itself; or, where the check knows it at once, all.
  std::optional<Part> blame;
  std::optional<Explanation> explanation;
};

}  // namespace assay::check
