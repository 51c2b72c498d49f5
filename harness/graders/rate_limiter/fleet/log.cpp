#include "graders/rate_limiter/fleet/log.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

// Takes the time that a stored line begins with.
std::int64_t take_time(std::string& line) {
  const auto space = line.find(' ');
  const auto time_ns = base::to_integer(line.substr(0, space));
  if (space == line.npos || !time_ns) throw std::logic_error("no event of a fleet: " + line);
  line.erase(0, space + 1);
  return *time_ns;
}

}  // namespace

std::vector<FleetEvent> fleet_events(const grade::Conversation& talk) {
  std::vector<FleetEvent> events;
  for (const auto& exchange : talk.exchanges) {
    FleetEvent event;
    event.did = exchange.asked;
    event.from_ns = take_time(event.did);
    const auto colon = event.did.find(": ");
    if (colon == event.did.npos) throw std::logic_error("no event of a fleet: " + event.did);
    event.who = event.did.substr(0, colon);
    event.did.erase(0, colon + 2);
    if (exchange.answered) {
      event.came = *exchange.answered;
      event.to_ns = take_time(event.came);
      event.ended = true;
    }
    events.push_back(std::move(event));
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
  return events;
}

std::string fleet_fact(const std::vector<FleetEvent>& events, std::string_view did) {
  const auto found = std::find_if(events.begin(), events.end(),
                                  [&](const auto& event) { return event.did == did; });
  return found == events.end() ? "" : found->came;
}

std::int64_t FleetLog::now_ns() const {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - began_).count();
}

std::size_t FleetLog::begin(std::string_view who, std::string_view did) {
  const std::lock_guard lock(mutex_);
  exchanges_.push_back({fmt::format("{} {}: {}", now_ns(), who, did), std::nullopt});
  return exchanges_.size() - 1;
}

void FleetLog::end(std::size_t number, std::string_view came) {
  const std::int64_t at_ns = now_ns();
  const std::lock_guard lock(mutex_);
  exchanges_.at(number).answered = fmt::format("{} {}", at_ns, came);
}

void FleetLog::note(std::string_view who, std::string_view did, std::string_view came) {
  end(begin(who, did), came);
}

std::vector<grade::Exchange> FleetLog::exchanges() const {
  const std::lock_guard lock(mutex_);
  return exchanges_;
}

}  // namespace assay::graders::rate_limiter
