// An owned file descriptor, and the errors of calls on it. Movable, not copyable.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "proc/cell.hpp"

namespace assay::proc {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

// Throws "put main.cpp into the cell: No space left on device", from errno.
[[noreturn]] inline void fail(const std::string& attempted) {
  throw CellError(attempted + ": " + std::strerror(errno));
}

inline void require(bool worked, const std::string& attempted) {
  if (!worked) fail(attempted);
}

}  // namespace assay::proc
