// What a search may spend before its answer is "unknown": searches can be exponential, and a
// checker that takes the whole machine has told nobody anything.
#pragma once

#include <chrono>
#include <cstddef>

namespace assay::check {

struct Budget {
  std::chrono::nanoseconds time = std::chrono::seconds(60);
  std::size_t memory_bytes = std::size_t{2} << 30;
};

class Deadline {
 public:
  explicit Deadline(const Budget& budget) : end_(std::chrono::steady_clock::now() + budget.time) {}
  bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  std::chrono::nanoseconds left() const { return end_ - std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace assay::check
