// `assay load URL`: loads a server over HTTP and reports what came back.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "load/fixed_request.hpp"
#include "load/rate_search.hpp"
#include "load/report.hpp"

namespace assay::load {

struct LoadOptions {
  std::string url;
  std::vector<double> rates_per_s;  // empty: 1,000; to find a rate, the first one to try
  bool poisson = false;
  bool closed = false;
  std::size_t connections = 32;
  std::optional<std::chrono::nanoseconds> duration;  // 10 s; 3 s for each rate that is tried
  std::chrono::nanoseconds warm_up = std::chrono::seconds(1);
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);
  std::optional<LatencyTarget> find_rate;
  RequestText request;
  std::uint64_t seed = 1;
  bool json = false;
};

enum LoadExit : int { loaded = 0, unusable = 2, interrupted = 130 };

// Results go to `out`, all else to `err`. `stop` may be set by a signal handler. `show` gets what
// was measured, before it is printed. Throws nothing but std::bad_alloc and what `show` throws.
int load_command(const LoadOptions& options, const std::atomic<bool>& stop, std::ostream& out,
                 std::ostream& err, const std::function<void(const Report&)>& show = {});

}  // namespace assay::load
