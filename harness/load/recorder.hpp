// Turns what happens in a slice of load into its result. Not thread-safe.
#pragma once

#include <cstdint>

#include "load/plan.hpp"
#include "load/request_source.hpp"
#include "load/result.hpp"

namespace assay::load {

// Times are those of CLOCK_MONOTONIC, and `now` never goes back.
class Recorder {
 public:
  Recorder(const Plan& plan, std::size_t connections, std::int64_t from_ns, std::int64_t until_ns);

  bool measures(std::int64_t intended_ns) const { return intended_ns >= from_ns_; }
  void offered(std::int64_t intended_ns, std::int64_t now_ns);
  void late(std::int64_t intended_ns, std::int64_t now_ns);
  void waiting(std::size_t backlog);
  void dropped(std::int64_t intended_ns);
  void ended(const Exchange& exchange, bool accepted);
  // Of the backlog, when there is no more time.
  void never_sent(std::int64_t intended_ns);

  // Once, at the end.
  Result finish(std::int64_t now_ns, bool stopped);

 private:
  void roll(std::int64_t now_ns);
  void close_second();
  void count(const Exchange& exchange, bool accepted);

  std::int64_t from_ns_;
  std::int64_t until_ns_;
  std::int64_t second_ends_ns_;
  Result result_;
  Second second_;
  base::Histogram second_latency_;
};

}  // namespace assay::load
