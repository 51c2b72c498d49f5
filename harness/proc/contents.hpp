// Files in a cell's folder, seen from the grader. The subject may change the folder at any moment,
// so a path is walked one name at a time, from an open folder, and never through a symbolic link.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "proc/descriptor.hpp"

namespace assay::proc {

class Contents {
 public:
  // What is put there belongs to `owner` if the grader is root.
  Contents(const std::filesystem::path& folder, uid_t owner);

  void put(const std::filesystem::path& name, std::string_view content, bool executable) const;
  void put_copy(const std::filesystem::path& name, const std::filesystem::path& from,
                bool executable) const;
  std::optional<std::string> take(const std::filesystem::path& name, std::size_t limit_bytes) const;

 private:
  Descriptor create(const std::filesystem::path& name, bool executable) const;
  Descriptor enter(const std::filesystem::path& parent, bool make) const;
  void hand_over(int descriptor) const;

  Descriptor folder_;
  uid_t owner_;
};

// A program can't be run while some process has it open for writing, and a new process has open
// what its parent had, until its own program begins. So whoever writes a program into a cell shares
// this for as long as it is open, and whoever starts a process has it alone until that program
// runs.
std::shared_mutex& programs_open_for_writing();

}  // namespace assay::proc
