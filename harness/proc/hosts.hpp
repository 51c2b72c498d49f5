// The libraries that are linked with solutions. The plain one is built with Assay; one that watches
// (scheduled, sanitizers) is built here when it is first asked for, or older than its sources.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace assay::proc {

// Where to find a library, made if need be. Several processes may ask at once. Calls `pause` now
// and then: it may throw to interrupt. Throws std::runtime_error if it can't be built.
std::filesystem::path host_library(const std::filesystem::path& root,
                                   const std::filesystem::path& build_folder,
                                   const std::string& name, const std::function<void()>& pause);

}  // namespace assay::proc
