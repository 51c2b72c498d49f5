#include "graders/rate_limiter/limiter/worst_window.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace assay::graders::rate_limiter {

double admitted_in_worst_window(const Played& played) {
  const Policy& policy = played.policy;
  const std::int64_t window_ns = policy.period_ns * (has_window(policy.kind) ? 1 : policy.limit);
  std::map<std::string, std::vector<const Call*>> admitted;
  for (std::size_t i = 0; i < played.answers.size(); ++i) {
    const auto& answer = played.answers[i];
    if (answer && answer->admitted) admitted[played.calls[i].key].push_back(&played.calls[i]);
  }
  double most = 0;
  for (const auto& [key, calls] : admitted) {
    double sum = 0;
    std::size_t first = 0;
    for (const Call* call : calls) {
      sum += static_cast<double>(call->cost);
      for (; call->at_ns - calls[first]->at_ns >= window_ns; ++first) {
        sum -= static_cast<double>(calls[first]->cost);
      }
      most = std::max(most, sum);
    }
  }
  return most;
}

}  // namespace assay::graders::rate_limiter
