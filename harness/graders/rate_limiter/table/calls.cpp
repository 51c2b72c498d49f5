#include "graders/rate_limiter/table/calls.hpp"

#include <map>
#include <set>

#include "base/text.hpp"
#include "graders/rate_limiter/table/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

class Reader {
 public:
  Reader(const grade::Program& program, const grade::RoundReport& report)
      : program_(program), report_(report) {}

  SeenCalls read() {
    for (std::size_t i = 0; i < report_.events.size(); ++i) {
      const auto& event = report_.events[i];
      if (event.kind == grade::RoundEvent::Kind::begins) begins_[event.thread] = i;
      if (event.kind != grade::RoundEvent::Kind::returns) continue;
      if (!read(event, i)) return {{}, i};
    }
    // Only now are all the times known that the clock showed.
    for (auto& call : seen_) {
      if (call.times_ns.empty()) continue;
      const auto from = shown_ns_.lower_bound(call.times_ns.front());
      call.times_ns.assign(from, shown_ns_.upper_bound(call.times_ns.back()));
    }
    return {std::move(seen_), std::nullopt};
  }

 private:
  bool read(const grade::RoundEvent& event, std::size_t index) {
    const auto operation = parse_operation(next_operation(event.thread));
    SeenCall seen;
    seen.thread = event.thread;
    seen.begins = begins_[event.thread];
    seen.returns = index;
    if (operation.kind == RoundOperation::Kind::other) return true;
    if (operation.kind == RoundOperation::Kind::tick) {
      const auto now_ns = base::to_integer(event.text);
      if (now_ns) shown_ns_.insert(*now_ns);
      return now_ns.has_value();
    }
    if (operation.kind == RoundOperation::Kind::without_room) {
      seen.without_room = base::to_integer(event.text);
      // Beside calls that are being counted, any number is right that comes soon enough.
      if (event.thread == grade::last_part) seen_.push_back(seen);
      return seen.without_room.has_value();
    }
    const auto timed = parse_timed(event.text);
    if (!timed) return false;
    seen.call = operation.call;
    seen.came = timed->decision;
    seen.times_ns = {timed->from_ns, timed->to_ns};
    shown_ns_.insert({timed->from_ns, timed->to_ns});
    seen_.push_back(std::move(seen));
    return true;
  }

  const std::string& next_operation(int thread) {
    const auto& operations = thread == grade::first_part ? program_.first
                             : thread == grade::last_part
                                 ? program_.last
                                 : program_.threads.at(static_cast<std::size_t>(thread));
    return operations.at(position_[thread]++);
  }

  const grade::Program& program_;
  const grade::RoundReport& report_;
  std::map<int, std::size_t> begins_;
  std::map<int, std::size_t> position_;
  std::set<std::int64_t> shown_ns_;
  std::vector<SeenCall> seen_;
};

}  // namespace

SeenCalls calls_of(const grade::Program& program, const grade::RoundReport& report) {
  return Reader(program, report).read();
}

}  // namespace assay::graders::rate_limiter
