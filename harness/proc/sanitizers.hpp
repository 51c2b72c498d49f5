// Whether a sanitizer can run here: containers and kernels refuse some what they need.
#pragma once

#include <functional>
#include <string>

#include "proc/builder.hpp"

namespace assay::proc {

struct SanitizerProbe {
  std::string name;  // "ThreadSanitizer"
  bool available = false;
  std::string reason;  // one line
  std::string fix;     // a command or an advice
};

// Builds a program that does nothing, and runs it as subjects are run. Takes about a second. Calls
// `pause` now and then: it may throw to interrupt. Throws CellError.
SanitizerProbe probe_sanitizer(Flavour flavour, const std::function<void()>& pause);

}  // namespace assay::proc
