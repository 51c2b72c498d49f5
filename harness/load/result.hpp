// What a slice of load measured. A plain value; slices of the same kind can be merged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/histogram.hpp"
#include "load/request_source.hpp"

namespace assay::load {

inline constexpr std::array<double, 5> kPercents{50, 90, 99, 99.9, 99.99};
// A percentile is given if at least so many requests were slower still.
inline constexpr std::uint64_t kFewestBeyond = 10;
std::optional<std::int64_t> percentile_ns(const base::Histogram& histogram, double percent);

// One second; all that ended in it, of the warm-up too.
struct Second {
  bool after_the_end = false;  // of the measured time: late answers
  std::uint64_t offered = 0;
  std::uint64_t accepted = 0;
  std::uint64_t errors = 0;
  std::int64_t p50_ns = 0;  // of those accepted; 0 of none
  std::int64_t p99_ns = 0;
  std::int64_t max_ns = 0;

  bool operator==(const Second&) const = default;
};

// All counts are of requests that were due in the measured time, unless it says otherwise. Each is
// in exactly one of answered, failed, dropped and unfinished.
struct Result {
  double planned_rate_per_s = 0;  // 0: closed loop
  bool poisson = false;
  std::size_t connections = 0;
  std::int64_t duration_ns = 0;  // measured
  bool stopped = false;          // before its time

  std::uint64_t offered = 0;
  std::uint64_t answered = 0;                            // with any status
  std::uint64_t accepted = 0;                            // of these, with a status that was wanted
  std::array<std::uint64_t, kFailures.size()> failed{};  // in the order of kFailures
  std::uint64_t dropped = 0;                             // the backlog was full; never sent
  std::uint64_t unfinished = 0;  // never sent in the time after the end, or stopped under way
  std::array<std::uint64_t, 600> by_status{};     // of those answered
  std::array<std::uint64_t, 600> not_accepted{};  // of these, by status

  std::uint64_t accepted_in_time = 0;  // within the measured time, those of the warm-up too
  std::uint64_t backlog_most = 0;
  std::uint64_t connects = 0;   // begun in the whole slice, the first ones included
  std::uint64_t exchanges = 0;  // ended in the whole slice
  std::int64_t cpu_ns = 0;      // of the generator, in the whole slice

  // Of those accepted, from when they were due (closed loop: from when they were sent).
  base::Histogram latency;
  // How late the generator noticed that a request was due, while a connection was free for it.
  base::Histogram lateness;
  std::vector<Second> seconds;

  std::uint64_t failures() const;
  std::uint64_t errors() const { return answered - accepted + failures(); }
  double offered_per_s() const;
  double achieved_per_s() const;  // by accepted_in_time
  double cpu_us_per_exchange() const;
  // So much that the latencies are partly its own: p99 of the lateness is above 0.2 ms, and above a
  // quarter of p99 of the latency. A slice like that has no rate to compare.
  bool generator_was_late() const;
  bool closed_loop() const { return planned_rate_per_s == 0; }

  // Another slice of the same plan, after this one: counts add up, seconds follow each other.
  void merge(const Result& other);
};

}  // namespace assay::load
