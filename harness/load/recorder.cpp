#include "load/recorder.hpp"

#include <algorithm>
#include <utility>

namespace assay::load {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace

Recorder::Recorder(const Plan& plan, std::size_t connections, std::int64_t from_ns,
                   std::int64_t until_ns)
    : from_ns_(from_ns), until_ns_(until_ns), second_ends_ns_(from_ns + second_ns) {
  result_.planned_rate_per_s = plan.rate_per_s;
  result_.poisson = plan.poisson;
  result_.connections = connections;
}

void Recorder::offered(std::int64_t intended_ns, std::int64_t now_ns) {
  if (!measures(intended_ns)) return;
  roll(now_ns);
  ++result_.offered;
  ++second_.offered;
}

void Recorder::late(std::int64_t intended_ns, std::int64_t now_ns) {
  if (measures(intended_ns)) result_.lateness.record(now_ns - intended_ns);
}

void Recorder::waiting(std::size_t backlog) {
  result_.backlog_most = std::max<std::uint64_t>(result_.backlog_most, backlog);
}

void Recorder::dropped(std::int64_t intended_ns) {
  if (measures(intended_ns)) ++result_.dropped;
}

void Recorder::never_sent(std::int64_t intended_ns) {
  if (measures(intended_ns)) ++result_.unfinished;
}

void Recorder::ended(const Exchange& exchange, bool accepted) {
  ++result_.exchanges;
  if (exchange.request.measured) count(exchange, accepted);
  if (exchange.ended_ns < from_ns_ || exchange.outcome == Outcome::unfinished) return;
  roll(exchange.ended_ns);
  if (!accepted) {
    ++second_.errors;
    return;
  }
  ++second_.accepted;
  second_latency_.record(exchange.latency_ns());
  if (exchange.ended_ns < until_ns_) ++result_.accepted_in_time;
}

void Recorder::count(const Exchange& exchange, bool accepted) {
  if (exchange.outcome == Outcome::unfinished) {
    ++result_.unfinished;
  } else if (exchange.outcome != Outcome::answered) {
    const auto* const kind = std::find(kFailures.begin(), kFailures.end(), exchange.outcome);
    ++result_.failed[static_cast<std::size_t>(kind - kFailures.begin())];
  } else {
    const auto status = static_cast<std::size_t>(exchange.status);
    ++result_.answered;
    ++result_.by_status[status];
    if (accepted) {
      ++result_.accepted;
      result_.latency.record(exchange.latency_ns());
    } else {
      ++result_.not_accepted[status];
    }
  }
}

// A loop of as many turns as the slice has seconds, at most.
void Recorder::roll(std::int64_t now_ns) {
  while (now_ns >= second_ends_ns_) close_second();
}

void Recorder::close_second() {
  second_.after_the_end = second_ends_ns_ - second_ns >= until_ns_;
  second_.p50_ns = second_latency_.percentile_ns(50);
  second_.p99_ns = second_latency_.percentile_ns(99);
  second_.max_ns = second_latency_.max_ns();
  result_.seconds.push_back(second_);
  second_ = {};
  if (second_latency_.count() > 0) second_latency_.clear();
  second_ends_ns_ += second_ns;
}

Result Recorder::finish(std::int64_t now_ns, bool stopped) {
  result_.stopped = stopped;
  result_.duration_ns = std::max<std::int64_t>(std::min(now_ns, until_ns_) - from_ns_, 0);
  roll(std::min(now_ns, until_ns_));
  if (second_latency_.count() + second_.offered + second_.errors > 0) close_second();
  return std::move(result_);
}

}  // namespace assay::load
