// A thread of a traced program that has stopped at a system call: what it asks for, and answers in
// the kernel's place. Descriptors and paths are never kept in step by us: the kernel is asked, in
// /proc, each time.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace assay::disk {

class Tracee {
 public:
  // Reads the call that the thread has stopped at.
  explicit Tracee(pid_t thread);

  bool readable() const { return readable_; }  // false if the thread is gone
  pid_t thread() const { return thread_; }
  std::uint64_t number() const { return number_; }
  std::uint64_t argument(std::size_t index) const { return arguments_.at(index); }
  int descriptor(std::size_t index) const { return static_cast<int>(arguments_.at(index)); }

  // Once it has returned: what it returned, below 0 for an error.
  std::optional<std::int64_t> returned() const;

  // Instead of being made, the call returns this.
  void answer(std::int64_t result) const;
  void set_argument(std::size_t index, std::uint64_t value) const;

  // Less than `size` bytes if the memory ends.
  std::string memory(std::uint64_t address, std::size_t size) const;
  std::string text(std::uint64_t address) const;  // up to its 0

  // "/proc/12/fd/3"
  std::string place_of(int descriptor) const;
  std::optional<struct stat> status_of(int descriptor) const;
  std::int64_t position_of(int descriptor) const;
  int flags_of(int descriptor) const;

  // A path as the program means it, for us to use: through /proc. `folder` may be AT_FDCWD.
  std::string reach(int folder, const std::string& path) const;

 private:
  std::optional<std::string> line_of(int descriptor, const std::string& name) const;

  pid_t thread_;
  bool readable_ = false;
  std::uint64_t number_ = 0;
  std::array<std::uint64_t, 6> arguments_{};
};

}  // namespace assay::disk
