// What a gateway is told before it starts, as the grader plans it. Plain values, and their texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::graders::rate_limiter {

struct GatewayQuota {
  std::string name;  // "key", or the route's
  std::int64_t requests = 1'000;
  std::int64_t window_s = 1;

  std::int64_t window_ns() const { return window_s * 1'000'000'000; }
  std::int64_t token_ns() const { return window_ns() / requests; }
};

struct GatewayRoute {
  std::string prefix;
  std::optional<GatewayQuota> quota;
  bool critical = false;
};

struct GatewaySetup {
  GatewayQuota key{"key"};
  int at_once = 100;
  std::vector<GatewayRoute> routes;
  std::vector<std::string> trusted_proxies;
  int slots = 100;
  std::int64_t queue_ms = 2'000;
  std::int64_t limit_ms = 5'000;

  // Of a request: the key's quota, and the route's, if it has one.
  std::vector<GatewayQuota> quotas_of(std::string_view target) const;
};

// ASSAY_CONFIG (docs/protocols.md).
std::string to_json(const GatewaySetup& setup, const std::string& service_address);

// The quotas as evidence has them: "quotas key 10/5 /search:search 3/6 /search/all none".
std::string quotas_line(const GatewaySetup& setup);
// A setup with these quotas. Throws std::runtime_error for another line.
GatewaySetup parse_quotas(const std::string& line);

// "10 requests per key in 5 s; 3 on /search in 6 s".
std::string in_words(const GatewaySetup& setup);

}  // namespace assay::graders::rate_limiter
