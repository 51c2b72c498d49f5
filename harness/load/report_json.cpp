#include <boost/json.hpp>

#include "base/text.hpp"
#include "load/report.hpp"
#include "load/words.hpp"

namespace assay::load {
namespace {

namespace json = boost::json;

constexpr std::size_t url_bytes_limit = 8 << 10;

json::object object_of(const base::Histogram& histogram) {
  json::object object;
  for (const double percent : kPercents) {
    if (const auto ns = percentile_ns(histogram, percent)) object[percent_in_words(percent)] = *ns;
  }
  object["max"] = histogram.max_ns();
  object["mean"] = histogram.mean_ns();
  object["histogram"] = histogram.text();
  return object;
}

json::object errors_of(const Result& result) {
  json::object errors;
  for (std::size_t i = 0; i < kFailures.size(); ++i) {
    std::string name(in_words(kFailures[i]));
    base::replace_all(name, " ", "_");
    if (result.failed[i] > 0) errors[name] = result.failed[i];
  }
  for (std::size_t status = 0; status < result.not_accepted.size(); ++status) {
    const auto number = result.not_accepted[status];
    if (number > 0) errors["status_" + std::to_string(status)] = number;
  }
  return errors;
}

json::array array_of(const std::vector<Second>& seconds) {
  json::array array;
  for (const Second& second : seconds) {
    json::object each{
        {"offered", second.offered}, {"accepted", second.accepted}, {"errors", second.errors}};
    if (second.accepted > 0) {
      each["p50_ns"] = second.p50_ns;
      each["p99_ns"] = second.p99_ns;
      each["max_ns"] = second.max_ns;
    }
    array.push_back(std::move(each));
  }
  return array;
}

json::object object_of(const Result& result) {
  json::object object;
  object["loop"] = result.closed_loop() ? "closed" : "open";
  if (!result.closed_loop()) {
    object["planned_rate_per_s"] = result.planned_rate_per_s;
    object["arrivals"] = result.poisson ? "poisson" : "constant";
  }
  object["connections"] = result.connections;
  object["measured_s"] = static_cast<double>(result.duration_ns) / 1e9;
  object["stopped"] = result.stopped;
  object["offered"] = result.offered;
  object["answered"] = result.answered;
  object["accepted"] = result.accepted;
  object["failed"] = result.failures();
  object["dropped"] = result.dropped;
  object["unfinished"] = result.unfinished;
  object["offered_per_s"] = result.offered_per_s();
  object["accepted_per_s"] = result.achieved_per_s();
  object["errors"] = errors_of(result);
  object["latency_ns"] = object_of(result.latency);
  if (!result.closed_loop()) object["lateness_ns"] = object_of(result.lateness);
  object["backlog_most"] = result.backlog_most;
  object["connects"] = result.connects;
  object["cpu_us_per_request"] = result.cpu_us_per_exchange();
  object["seconds"] = array_of(result.seconds);
  json::array reasons;
  for (const std::string& reason : doubts(result)) reasons.emplace_back(reason);
  object["doubts"] = std::move(reasons);
  return object;
}

json::object object_of(const FoundRate& found) {
  json::object object;
  object["percent"] = found.target.percent;
  object["latency_ns"] = found.target.ns;
  if (found.highest_met) object["highest_met_per_s"] = *found.highest_met;
  if (found.lowest_missed) object["lowest_missed_per_s"] = *found.lowest_missed;
  json::array probes;
  for (const Probe& probe : found.probes) {
    probes.push_back(json::object{{"rate_per_s", probe.rate_per_s}, {"met", probe.met}});
  }
  object["probes"] = std::move(probes);
  return object;
}

}  // namespace

std::string json_of(const Result& result) { return json::serialize(object_of(result)); }

std::string json_of(const Report& report) {
  json::object document;
  document["schema"] = "assay-load/1";
  document["url"] = base::printable_line(report.url, url_bytes_limit);
  document["warm_up_s"] = static_cast<double>(report.warm_up.count()) / 1e9;
  document["seed"] = report.seed;
  json::array steps;
  for (const Result& step : report.steps) steps.push_back(object_of(step));
  document["steps"] = std::move(steps);
  if (report.found) document["found"] = object_of(*report.found);
  return json::serialize(document);
}

}  // namespace assay::load
