// What a sanitizer printed, read. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::grade {

// What one thread did, and the innermost place in the solution's own folder.
struct BlamedAccess {
  std::string did;    // "write of size 8 by thread T1"
  std::string place;  // "shared.cpp:57"; empty if the report names none
};

struct SanitizerReport {
  std::string kind;  // "data race", "heap-use-after-free", "signed integer overflow: ..."
  std::vector<BlamedAccess> accesses;
};

// The first report of ThreadSanitizer, AddressSanitizer or UndefinedBehaviorSanitizer in `output`;
// places count that lie in `folder`.
std::optional<SanitizerReport> read_sanitizer_report(std::string_view output,
                                                     const std::string& folder);

}  // namespace assay::grade
