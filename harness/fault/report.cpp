#include "fault/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "base/text.hpp"

namespace assay::fault {
namespace {

std::string grouped(std::uint64_t number) {
  return base::thousands(static_cast<std::int64_t>(number));
}

std::string direction_text(std::string_view name, const DirectionCounters& counters) {
  return std::string(name) + ": " + grouped(counters.passed_bytes) + " bytes passed, " +
         grouped(counters.dropped_bytes) + " dropped, " + grouped(counters.held_bytes) +
         " held now, " + grouped(counters.most_held_bytes) + " at most; " +
         grouped(counters.resets) + " connections reset by faults; " + grouped(counters.turns) +
         " turns\n";
}

boost::json::object direction_json(const DirectionCounters& counters) {
  return {{"passed_bytes", counters.passed_bytes},
          {"dropped_bytes", counters.dropped_bytes},
          {"held_bytes", counters.held_bytes},
          {"most_held_bytes", counters.most_held_bytes},
          {"resets", counters.resets},
          {"turns", counters.turns}};
}

boost::json::object event_json(const Event& event) {
  boost::json::object object{{"planned_ns", event.planned.count()},
                             {"begun_ns", event.begun.count()},
                             {"ended_ns", event.ended.count()},
                             {"fault", to_text(event.action)},
                             {"cause", cause_of(event.action)}};
  if (!event.failure.empty()) object["failure"] = event.failure;
  return object;
}

}  // namespace

std::string counters_text(const Counters& counters) {
  return "connections: " + grouped(counters.accepted) + " accepted, " + grouped(counters.open) +
         " open; " + grouped(counters.unreachable) + " found no server, " +
         grouped(counters.resets_carried) + " resets carried over\n" +
         direction_text("to the server", counters.to_server) +
         direction_text("to the client", counters.to_client);
}

std::string in_words(const GateReport& report) {
  std::string text = "listens on " + report.listen + ", passes to " + report.upstream + "\n";
  for (const Fault& fault : report.in_force) {
    text += "in force: " + to_text(fault) + " (" + std::string(cause_of(fault.verb)) + ")\n";
  }
  if (report.in_force.empty()) text += "in force: pass\n";
  return text + counters_text(report.counters);
}

std::string to_json(const GateReport& report) {
  boost::json::array in_force;
  for (const Fault& fault : report.in_force) in_force.emplace_back(to_text(fault));
  boost::json::array events;
  for (const Event& event : report.events) events.emplace_back(event_json(event));
  const Counters& counters = report.counters;
  const boost::json::object document{{"format", "assay-proxy/1"},
                                     {"listen", report.listen},
                                     {"upstream", report.upstream},
                                     {"seed", report.seed},
                                     {"in_force", in_force},
                                     {"connections",
                                      {{"accepted", counters.accepted},
                                       {"open", counters.open},
                                       {"unreachable", counters.unreachable},
                                       {"resets_carried", counters.resets_carried}}},
                                     {"to_server", direction_json(counters.to_server)},
                                     {"to_client", direction_json(counters.to_client)},
                                     {"events", events}};
  return boost::json::serialize(document) + '\n';
}

}  // namespace assay::fault
