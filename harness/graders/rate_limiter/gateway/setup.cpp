#include "graders/rate_limiter/gateway/setup.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::string_view quotas_verb = "quotas";
constexpr std::string_view no_quota = "none";

std::string quota_json(const GatewayQuota& quota) {
  return fmt::format(R"("requests": {}, "window_s": {})", quota.requests, quota.window_s);
}

std::string route_json(const GatewayRoute& route) {
  std::string json = fmt::format(R"({{"prefix": "{}")", route.prefix);
  if (route.quota) {
    json += fmt::format(R"(, "name": "{}", {})", route.quota->name, quota_json(*route.quota));
  }
  return json + (route.critical ? R"(, "critical": true})" : "}");
}

GatewayQuota parse_quota(const std::string& name, const std::string& numbers) {
  const auto parts = base::split(numbers, '/');
  const auto requests = parts.size() == 2 ? base::to_integer(parts[0]) : std::nullopt;
  const auto window_s = parts.size() == 2 ? base::to_integer(parts[1]) : std::nullopt;
  if (!requests || !window_s || *requests < 1 || *window_s < 1) {
    throw std::runtime_error("not a quota: " + numbers);
  }
  return {name, *requests, *window_s};
}

}  // namespace

std::vector<GatewayQuota> GatewaySetup::quotas_of(std::string_view target) const {
  const GatewayRoute* longest = nullptr;
  for (const auto& route : routes) {
    const bool is_longer = longest == nullptr || route.prefix.size() > longest->prefix.size();
    if (target.starts_with(route.prefix) && is_longer) longest = &route;
  }
  std::vector<GatewayQuota> quotas{key};
  if (longest != nullptr && longest->quota) quotas.push_back(*longest->quota);
  return quotas;
}

std::string to_json(const GatewaySetup& setup, const std::string& service_address) {
  std::vector<std::string> routes;
  for (const auto& route : setup.routes) routes.push_back(route_json(route));
  std::vector<std::string> proxies;
  for (const auto& proxy : setup.trusted_proxies) proxies.push_back('"' + proxy + '"');
  return fmt::format(
      R"({{"key": {{{}, "at_once": {}}}, "routes": [{}], "trusted_proxies": [{}], )"
      R"("service": {{"address": "{}", "slots": {}, "queue_ms": {}, "limit_ms": {}}}}})",
      quota_json(setup.key), setup.at_once, base::join(routes, ", "), base::join(proxies, ", "),
      service_address, setup.slots, setup.queue_ms, setup.limit_ms);
}

std::string quotas_line(const GatewaySetup& setup) {
  std::string line =
      fmt::format("{} key {}/{}", quotas_verb, setup.key.requests, setup.key.window_s);
  for (const auto& route : setup.routes) {
    if (route.quota) {
      line += fmt::format(" {}:{} {}/{}", route.prefix, route.quota->name, route.quota->requests,
                          route.quota->window_s);
    } else {
      line += fmt::format(" {} {}", route.prefix, no_quota);
    }
  }
  return line;
}

GatewaySetup parse_quotas(const std::string& line) {
  const auto words = base::split(line, ' ');
  if (words[0] != quotas_verb || words.size() < 3 || words.size() % 2 == 0 || words[1] != "key") {
    throw std::runtime_error("not a line of quotas: " + line);
  }
  GatewaySetup setup;
  setup.key = parse_quota("key", words[2]);
  for (std::size_t i = 3; i < words.size(); i += 2) {
    if (words[i + 1] == no_quota) {
      setup.routes.push_back({words[i], std::nullopt, false});
      continue;
    }
    const auto colon = words[i].rfind(':');
    if (colon == std::string::npos) throw std::runtime_error("not a route: " + words[i]);
    setup.routes.push_back(
        {words[i].substr(0, colon), parse_quota(words[i].substr(colon + 1), words[i + 1]), false});
  }
  return setup;
}

std::string in_words(const GatewaySetup& setup) {
  std::string words =
      fmt::format("quotas: {} requests of a key in {} s", setup.key.requests, setup.key.window_s);
  for (const auto& route : setup.routes) {
    words += route.quota ? fmt::format("; {} on {} in {} s", route.quota->requests, route.prefix,
                                       route.quota->window_s)
                         : fmt::format("; on {} the key's only", route.prefix);
  }
  return words;
}

}  // namespace assay::graders::rate_limiter
