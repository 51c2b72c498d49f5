// A way to judge some parts without a search. It checks parts of one history, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "check/history.hpp"
#include "check/part.hpp"

namespace assay::check {

class Shortcut {
 public:
  enum class Status : std::uint8_t { holds, violated, inapplicable };

  virtual ~Shortcut() = default;
  virtual Status check(std::span<const PartEvent> part) = 0;

  // After a violation: operations that can't be together, in order.
  const std::vector<std::size_t>& conflict() const { return conflict_; }

 protected:
  // Leaves out negative numbers, and repetitions.
  Status blame(std::vector<std::int32_t> operations);

 private:
  std::vector<std::size_t> conflict_;
};

}  // namespace assay::check
