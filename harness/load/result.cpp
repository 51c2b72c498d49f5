#include "load/result.hpp"

#include <algorithm>
#include <numeric>

namespace assay::load {
namespace {

constexpr std::int64_t lateness_that_matters_ns = 200'000;

double per_second(std::uint64_t count, std::int64_t duration_ns) {
  return duration_ns <= 0 ? 0 : static_cast<double>(count) * 1e9 / static_cast<double>(duration_ns);
}

template <std::size_t size>
void add_each(std::array<std::uint64_t, size>& to, const std::array<std::uint64_t, size>& from) {
  for (std::size_t i = 0; i < size; ++i) to[i] += from[i];
}

}  // namespace

std::string_view in_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::answered:
      break;
    case Outcome::refused:
      return "refused";
    case Outcome::unreachable:
      return "unreachable";
    case Outcome::reset:
      return "reset";
    case Outcome::closed_early:
      return "closed early";
    case Outcome::timed_out:
      return "timed out";
    case Outcome::bad_answer:
      return "bad answer";
    case Outcome::unfinished:
      return "unfinished";
  }
  return "answered";
}

std::optional<std::int64_t> percentile_ns(const base::Histogram& histogram, double percent) {
  if (histogram.beyond(percent) < kFewestBeyond) return std::nullopt;
  return histogram.percentile_ns(percent);
}

std::uint64_t Result::failures() const {
  return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

double Result::offered_per_s() const { return per_second(offered, duration_ns); }

double Result::achieved_per_s() const { return per_second(accepted_in_time, duration_ns); }

bool Result::generator_was_late() const {
  const std::int64_t late_ns = lateness.percentile_ns(99);
  return late_ns > lateness_that_matters_ns && late_ns > latency.percentile_ns(99) / 4;
}

double Result::cpu_us_per_exchange() const {
  return exchanges == 0 ? 0 : static_cast<double>(cpu_ns) / 1e3 / static_cast<double>(exchanges);
}

void Result::merge(const Result& other) {
  duration_ns += other.duration_ns;
  stopped = stopped || other.stopped;
  offered += other.offered;
  answered += other.answered;
  accepted += other.accepted;
  add_each(failed, other.failed);
  dropped += other.dropped;
  unfinished += other.unfinished;
  add_each(by_status, other.by_status);
  add_each(not_accepted, other.not_accepted);
  accepted_in_time += other.accepted_in_time;
  backlog_most = std::max(backlog_most, other.backlog_most);
  connects += other.connects;
  exchanges += other.exchanges;
  cpu_ns += other.cpu_ns;
  latency.merge(other.latency);
  lateness.merge(other.lateness);
  seconds.insert(seconds.end(), other.seconds.begin(), other.seconds.end());
}

}  // namespace assay::load
