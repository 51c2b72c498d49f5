#include "graders/rate_limiter/gateway/plans.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace assay::graders::rate_limiter {
namespace {

using First = LaneStep::First;

constexpr std::array<const char*, 4> words{"search", "report", "export", "upload"};

GatewayQuota quota(const std::string& name, std::int64_t requests, std::int64_t token_s) {
  return {name, requests, requests * token_s};
}

// Builds a lane, request by request.
class Laner {
 public:
  explicit Laner(std::string key) : lane_{key, {}}, key_(std::move(key)) {}

  Laner& ask(const std::string& target, std::int64_t times = 1) {
    for (; times > 0; --times) lane_.steps.push_back({ask_with_key(key_, target)});
    return *this;
  }
  Laner& ask_after(First first, const std::string& target, std::int64_t pause_ms = 0) {
    lane_.steps.push_back({ask_with_key(key_, target), first, pause_ms});
    return *this;
  }
  Laner& as(const std::string& key) {
    key_ = key;
    return *this;
  }
  operator Lane() const { return lane_; }

 private:
  Lane lane_;
  std::string key_;
};

std::string client_address(base::Random& random) {
  return fmt::format("203.0.113.{}", random.between(1, 250));
}

// Requests from one address, as a client, or as a proxy that says for whom.
class AddressLaner {
 public:
  AddressLaner(std::string name, std::string from)
      : lane_{std::move(name), {}}, from_(std::move(from)) {}

  AddressLaner& ask(const std::string& as, std::vector<std::string> forwarded = {}) {
    GatewayAsk ask{"/", as, from_, {}};
    for (auto& line : forwarded) ask.headers.emplace_back("X-Forwarded-For", std::move(line));
    lane_.steps.push_back({ask});
    return *this;
  }
  AddressLaner& ask_by_key(const std::string& key) {
    GatewayAsk ask = ask_with_key(key, "/");
    ask.from = from_;
    lane_.steps.push_back({ask});
    return *this;
  }
  operator Lane() const { return lane_; }

 private:
  Lane lane_;
  const std::string from_;
};

}  // namespace

LanePlan plan_quotas(base::Random& random) {
  const std::int64_t of_key = random.between(7, 9);
  const std::int64_t of_api = random.between(2, 3);
  const std::int64_t of_search = 2;
  LanePlan plan;
  plan.setup.key = quota("key", of_key, 1);
  plan.setup.routes = {{"/api", quota("api", of_api, random.between(15, 20)), false},
                       {"/api/search", quota("search", of_search, random.between(15, 20)), false}};
  // The key's own; those of another key.
  plan.lanes.push_back(Laner("alice").ask("/", of_key + 2).as("anna").ask("/").ask("/api"));
  // The longest prefix alone; what a route denies, the key still has.
  plan.lanes.push_back(Laner("bob")
                           .ask("/api/search?q=1", of_search + 3)
                           .ask("/api/list", of_api + 1)
                           .ask("/", of_key - of_search - of_api + 1));
  // What the key denies, the route still has.
  plan.lanes.push_back(Laner("carol")
                           .ask("/", of_key)
                           .ask("/api/search?q=2", 3)
                           .ask_after(First::retry_after, "/api/search?q=2"));
  return plan;
}

LanePlan plan_come_back(base::Random& random) {
  LanePlan plan;
  plan.setup.key = quota("key", 2, 2);
  plan.setup.routes = {{"/search", quota("search", 1, 3), false}};
  plan.lanes.push_back(Laner("alice").ask("/", 3).ask_after(First::retry_after, "/").ask("/"));
  plan.lanes.push_back(Laner("bob")
                           .ask("/", 2)
                           .ask_after(First::pause, "/", random.between(600, 800))
                           .ask_after(First::just_before, "/")
                           .ask_after(First::retry_after, "/"));
  plan.lanes.push_back(Laner("carol")
                           .ask("/", 2)
                           .ask_after(First::pause, "/", random.between(1'200, 1'400))
                           .ask_after(First::retry_after, "/"));
  plan.lanes.push_back(Laner("dave").ask("/search", 2).ask_after(First::retry_after, "/search"));
  plan.lanes.push_back(
      Laner("erin").ask("/", 2).ask("/search").ask_after(First::retry_after, "/search"));
  plan.lanes.push_back(Laner("frank").ask("/search").ask("/").ask("/search").ask_after(
      First::retry_after, "/search"));
  return plan;
}

LanePlan plan_fields(base::Random& random) {
  const std::string word = random.one_of(words);
  const std::string route = "/" + word;
  const std::int64_t of_key = random.between(5, 6);
  LanePlan plan;
  plan.setup.key = quota("key", of_key, 2);
  plan.setup.routes = {{route, quota(word, 2, 3), false}};
  plan.lanes.push_back(Laner("alice")
                           .ask("/", 2)
                           .ask_after(First::pause, "/", random.between(200, 300))
                           .ask("/", of_key - 2));
  plan.lanes.push_back(Laner("bob").ask(route, 3).ask("/").ask(route));
  plan.lanes.push_back(
      Laner("carol").ask("/", of_key + 1).ask_after(First::retry_after, "/").ask("/"));
  return plan;
}

LanePlan plan_addresses(base::Random& random) {
  constexpr std::int64_t of_client = 3;
  const auto near = [&](std::int64_t first) {
    return fmt::format("127.0.0.{}", random.between(first, first + 9));
  };
  const std::string proxy = near(10);
  const std::string farther_proxy = near(20);
  LanePlan plan;
  plan.setup.key = quota("key", of_client, random.between(15, 20));
  plan.setup.trusted_proxies = {proxy, farther_proxy};
  const auto invented = [&] { return client_address(random); };
  const std::string direct = near(40);
  AddressLaner rotating("a client that makes addresses up", direct);
  AddressLaner behind("two clients behind a proxy", proxy);
  AddressLaner left("a client behind a proxy that makes addresses up", proxy);
  AddressLaner chain("a client behind two proxies", proxy);
  AddressLaner lines("a client that sends a line of its own", farther_proxy);
  for (std::int64_t i = 0; i <= of_client; ++i) {
    rotating.ask(direct, {invented()});
    behind.ask("198.51.100.1", {"198.51.100.1"});
    left.ask("198.51.100.3", {invented() + ", 198.51.100.3"});
    chain.ask("198.51.100.4", {invented() + ", 198.51.100.4, " + farther_proxy});
    lines.ask("198.51.100.6", {invented(), "198.51.100.6"});
  }
  behind.ask("198.51.100.2", {"198.51.100.2"});
  chain.ask("198.51.100.5", {"198.51.100.5, " + farther_proxy});
  const std::string other = near(50);
  AddressLaner keyed("an address, and a key from it", other);
  for (std::int64_t i = 0; i <= of_client; ++i) keyed.ask(other);
  keyed.ask_by_key("grace");
  AddressLaner bare("a proxy that speaks for itself", farther_proxy);
  bare.ask(farther_proxy);
  plan.lanes = {rotating, behind, left, chain, lines, keyed, bare};
  return plan;
}

}  // namespace assay::graders::rate_limiter
