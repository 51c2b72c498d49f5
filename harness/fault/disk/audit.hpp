// Asks what survived: a command that runs in a disk's folder, and prints it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace assay::disk {

struct Audit {
  std::vector<std::string> lines;
  bool late = false;      // it was ended
  std::string ending;     // "exited with 3", "was ended after 10 s"; empty for exit 0
  std::string complaint;  // its last line on stderr
};

// Throws std::system_error if it can't be started; what it starts itself is ended with it.
Audit run_audit(const std::string& command, const std::filesystem::path& folder,
                std::chrono::milliseconds limit, const std::function<bool()>& stopped);

}  // namespace assay::disk
