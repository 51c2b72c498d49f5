// The four session guarantees, each by itself, over writes and reads with distinct values. There
// must be one order of each key's versions such that, for every process:
//   read your writes      after writing a version it reads that or a later one;
//   monotonic reads       after reading a version it reads that or a later one;
//   monotonic writes      its writes to a key are in its order, and whoever has read one of its
//   writes
//                         reads no version that is older than what it wrote before;
//   writes follow reads   what it writes to a key is later than what it had read of it, and whoever
//                         has read one of its writes reads no version older than what it had read.
#pragma once

#include <cstdint>

#include "check/budget.hpp"
#include "check/history.hpp"
#include "check/verdict.hpp"

namespace assay::check {

enum class Guarantee : std::uint8_t {
  read_your_writes,
  monotonic_reads,
  monotonic_writes,
  writes_follow_reads,
};

Verdict check_session(const History& history, Guarantee guarantee, const Budget& budget);

}  // namespace assay::check
