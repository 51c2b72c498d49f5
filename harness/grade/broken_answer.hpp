// What a host answers where an exercise's own answer should be (docs/protocols.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assay::grade {

inline constexpr std::string_view not_implemented_kind = "not-implemented";

struct BrokenAnswer {
  std::string kind;    // "not-implemented", "threw" or "error"
  std::string reason;  // in plain words
  std::string where;   // file:line to edit, if it was told

  bool not_implemented() const { return kind == not_implemented_kind; }
};

// Nothing if the answer isn't one of them.
std::optional<BrokenAnswer> broken_answer(std::string_view answer);

}  // namespace assay::grade
