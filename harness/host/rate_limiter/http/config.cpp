#include "host/rate_limiter/http/config.hpp"

// All of the library, compiled here: a solution is linked with this host and nothing else.
#include <boost/json/src.hpp>
#include <utility>

namespace rate_limiter::host {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
  return json::value_to<std::string>(object.at(key));
}

template <class Unit>
kit::nanoseconds time_at(const json::object& object, std::string_view key) {
  return Unit(object.at(key).to_number<std::int64_t>());
}

RequestQuota quota_in(const json::object& object) {
  return {object.at("requests").to_number<std::int64_t>(),
          time_at<std::chrono::seconds>(object, "window_s")};
}

Route route_in(const json::object& object) {
  Route route;
  route.prefix = text_at(object, "prefix");
  if (object.contains("requests")) {
    route.name = text_at(object, "name");
    route.quota = quota_in(object);
  }
  route.critical = object.contains("critical") && object.at("critical").as_bool();
  return route;
}

}  // namespace

GatewaySetup parse_setup(std::string_view text) {
  using std::chrono::milliseconds;
  const json::value parsed = json::parse(text);
  const json::object& all = parsed.as_object();
  const json::object& key = all.at("key").as_object();
  const json::object& service = all.at("service").as_object();
  GatewayConfig config{quota_in(key),
                       key.at("at_once").to_number<int>(),
                       {},
                       {},
                       service.at("slots").to_number<int>(),
                       time_at<milliseconds>(service, "queue_ms"),
                       time_at<milliseconds>(service, "limit_ms")};
  for (const auto& route : all.at("routes").as_array()) {
    config.routes.push_back(route_in(route.as_object()));
  }
  for (const auto& proxy : all.at("trusted_proxies").as_array()) {
    config.trusted_proxies.push_back(json::value_to<std::string>(proxy));
  }
  return {std::move(config), assay::net::Endpoint::parse(text_at(service, "address"))};
}

}  // namespace rate_limiter::host
