#include "graders/rate_limiter/gateway/plans.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace assay::graders::rate_limiter {
namespace {

using First = LaneStep::First;

constexpr std::array<const char*, 6> route_words{"search", "report", "export",
                                                 "upload", "images", "bill"};
constexpr std::array<const char*, 5> failures{"fail", "reset", "garbage", "break", "hang"};
constexpr int threads_at_once = 8;
constexpr std::int64_t unlimited = 1'000;  // in a second: more than a lane asks
// More keys than a table that is cleared at a round number holds.
constexpr int other_keys = 1'120;

GatewayQuota quota(const std::string& name, std::int64_t requests, std::int64_t token_s) {
  return {name, requests, requests * token_s};
}

// A bucket that gives no second token while the grader looks.
GatewayQuota slow_quota(base::Random& random, const std::string& name, std::int64_t requests) {
  return quota(name, requests, random.between(15, 20));
}

GatewayQuota quick_quota(base::Random& random, const std::string& name) {
  constexpr std::array<std::int64_t, 3> requests{2, 4, 5};
  return {name, random.one_of(requests), 1};
}

template <class Container>
Container shuffled(base::Random& random, Container items) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1],
              items[static_cast<std::size_t>(random.between(0, static_cast<int>(i) - 1))]);
  }
  return items;
}

// "/search" and what may follow: the rest of a path, of a word, or a query.
std::string target_of(base::Random& random, const std::string& prefix) {
  constexpr std::array<const char*, 6> tails{"", "?q=1", "/7", "s", ".json", "/s?next=/"};
  return prefix + random.one_of(tails);
}

// Builds a lane, step by step.
class Laner {
 public:
  explicit Laner(std::string key) : lane_{key, {}}, key_(std::move(key)) {}

  Laner& ask(const std::string& target, std::int64_t times = 1) {
    for (; times > 0; --times) lane_.steps.push_back({{ask_with_key(key_, target)}});
    return *this;
  }
  Laner& ask(std::vector<GatewayAsk> asks) {
    lane_.steps.push_back({std::move(asks)});
    return *this;
  }
  Laner& at_once(const std::string& target, std::int64_t count) {
    return ask(
        std::vector<GatewayAsk>(static_cast<std::size_t>(count), ask_with_key(key_, target)));
  }
  Laner& ask_after(First first, const std::string& target, std::int64_t ms = 0,
                   std::int64_t count = 1) {
    at_once(target, count);
    lane_.steps.back().first = first;
    lane_.steps.back().ms = ms;
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

// Two pairs of prefixes, of which one begins with the other; in one pair the shorter is given
// first, in the other the longer.
struct NestedRoutes {
  // Both have a quota.
  GatewayRoute shorter;
  GatewayRoute longer;
  // The shorter alone has one, and is critical.
  GatewayRoute critical;
  GatewayRoute bare;

  std::vector<GatewayRoute> in_some_order(base::Random& random) const {
    const bool critical_first = random.chance(0.5);
    std::vector<GatewayRoute> one{shorter, longer};
    std::vector<GatewayRoute> other{critical, bare};
    std::ranges::reverse(critical_first ? one : other);
    std::vector<GatewayRoute> routes;
    while (!one.empty() || !other.empty()) {
      auto& from = other.empty() || (!one.empty() && random.chance(0.5)) ? one : other;
      routes.push_back(from.front());
      from.erase(from.begin());
    }
    return routes;
  }
};

NestedRoutes nested_routes(base::Random& random) {
  constexpr std::array<const char*, 3> joints{"/", "-", ""};
  const auto names = shuffled(random, route_words);
  const std::string first = names[0];
  const std::string second = names[1];
  const auto beneath = [&](const std::string& word, const char* more) {
    return "/" + word + random.one_of(joints) + more;
  };
  NestedRoutes nested;
  nested.shorter = {"/" + first, slow_quota(random, first, random.between(2, 3)), false};
  nested.longer = {beneath(first, names[2]), slow_quota(random, names[2], random.between(2, 3)),
                   false};
  nested.critical = {"/" + second, slow_quota(random, second, 5), true};
  nested.bare = {beneath(second, names[3]), std::nullopt, false};
  return nested;
}

// A request with a method, header fields and a body, of which the service says what came.
GatewayAsk ask_for_echo(base::Random& random, const std::string& key) {
  constexpr std::array<const char*, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
  constexpr std::array<int, 7> statuses{200, 201, 400, 403, 404, 409, 500};
  constexpr std::array<const char*, 3> names{"X-Api-Key", "x-api-key", "X-API-KEY"};
  const auto number = [&] { return random.between(100, 999); };
  GatewayAsk ask;
  ask.target = fmt::format("/item/{}?does=echo&status={}&q=a%20b&n={}", number(),
                           random.one_of(statuses), number());
  ask.as = key;
  ask.method = random.one_of(methods);
  ask.headers = {{random.one_of(names), key}, {"X-Trace", fmt::format("{}", number())}};
  if (random.chance(0.5)) ask.headers.emplace_back("Cookie", fmt::format("a={}; b=2", number()));
  if (random.chance(0.5)) {
    ask.headers.emplace_back("X-Tag", "one");
    ask.headers.emplace_back("X-Tag", fmt::format("{}", number()));
  }
  if (ask.method == "GET" || ask.method == "DELETE") return ask;
  ask.headers.emplace_back("Content-Type", "text/plain");
  ask.body = fmt::format("{} words,\nand {} more", number(), number());
  return ask;
}

std::vector<GatewayAsk> of_other_keys(int from) {
  std::vector<GatewayAsk> asks;
  for (int i = 0; i < threads_at_once; ++i) {
    asks.push_back(ask_with_key(fmt::format("other-{}", from + i), "/"));
  }
  return asks;
}

// Whose buckets are asked: the key's own, and the route's with the longest prefix.
std::vector<Lane> lanes_of_prefixes(base::Random& random, const NestedRoutes& routes,
                                    std::int64_t of_key) {
  const auto shorter = [&] { return target_of(random, routes.shorter.prefix); };
  const auto longer = [&] { return target_of(random, routes.longer.prefix); };
  const auto of_shorter = routes.shorter.quota->requests;
  const auto of_longer = routes.longer.quota->requests;
  std::vector<Lane> lanes;
  // The key's own; those of another key.
  lanes.push_back(
      Laner("alice").ask("/", of_key + 2).as("anna").ask("/").ask(routes.shorter.prefix));
  // The longest prefix alone; what a route denies, the key still has.
  Laner bob("bob");
  bob.ask(routes.longer.prefix + "s");
  for (std::int64_t i = 0; i < of_longer + 1; ++i) bob.ask(longer());
  bob.ask(routes.shorter.prefix + "s");
  for (std::int64_t i = 0; i < of_shorter; ++i) bob.ask(shorter());
  lanes.push_back(bob.ask("/", of_key - of_longer - of_shorter + 1));
  // What the key denies, the route still has.
  lanes.push_back(Laner("carol")
                      .ask("/", of_key)
                      .ask(longer(), 3)
                      .ask_after(First::retry_after, routes.longer.prefix));
  // A prefix is where a target begins, and nowhere else.
  Laner dave("dave");
  dave.ask("/z" + routes.shorter.prefix, of_shorter).ask("/?to=" + routes.shorter.prefix);
  lanes.push_back(dave.ask(routes.shorter.prefix, of_shorter + 1));
  // Of a route that has no quota, none is asked, whatever a shorter prefix has.
  const auto of_critical = routes.critical.quota->requests;
  lanes.push_back(Laner("erin")
                      .at_once(routes.bare.prefix, of_critical + 1)
                      .ask(target_of(random, routes.critical.prefix)));
  lanes.push_back(Laner("frank").at_once(routes.critical.prefix, of_critical + 2));
  return lanes;
}

// Which requests take a token, and what becomes of those that are passed on.
LanePlan plan_structure(base::Random& random) {
  const std::int64_t of_key = random.between(7, 9);
  const auto routes = nested_routes(random);
  LanePlan plan;
  plan.setup.key = quota("key", of_key, 2);
  plan.setup.routes = routes.in_some_order(random);
  plan.setup.slots = 40;
  plan.setup.queue_ms = 150;
  plan.setup.limit_ms = 2'000;
  plan.lanes = lanes_of_prefixes(random, routes, of_key);
  Laner grace("grace");
  for (const auto* const failure : shuffled(random, failures)) {
    grace.ask(fmt::format("{}?does={}", routes.critical.prefix, failure));
  }
  plan.lanes.push_back(grace.ask(routes.critical.prefix, 2));
  // Decided while none of them has an answer.
  plan.lanes.push_back(Laner("heidi").at_once("/?does=wait", of_key + 3));
  Laner ivan("ivan");
  for (std::int64_t i = 0; i + 1 < of_key; ++i) ivan.ask({ask_for_echo(random, "ivan")});
  plan.lanes.push_back(ivan);
  plan.lanes_without_slots.push_back(
      Laner("judy")
          .at_once(routes.critical.prefix, routes.critical.quota->requests + 2)
          .ask(routes.critical.prefix));
  return plan;
}

// How fast buckets fill, up to where, and what many at once are given.
LanePlan plan_time(base::Random& random) {
  const auto names = shuffled(random, route_words);
  const auto path = [&](std::size_t i) { return std::string("/") + names[i]; };
  const std::string slow = path(0);
  const std::string quick = path(1);
  const std::string bulk = path(2);
  const std::string rate = path(3);
  LanePlan plan;
  plan.setup.key = {"key", unlimited, 1};
  const auto of_slow = random.between(2, 3);
  const auto quick_one = quick_quota(random, names[1]);
  plan.setup.routes = {{slow, slow_quota(random, names[0], of_slow), false},
                       {quick, quick_one, false},
                       {bulk, GatewayQuota{names[2], 120, 60}, false},
                       {rate, GatewayQuota{names[3], 128, 1}, false}};
  for (const auto* const key : {"alice", "anna", "andy"}) {
    Laner edges(key);
    edges.at_once(quick, quick_one.requests);
    for (int i = 0; i < 5; ++i) {
      edges.ask_after(First::just_before, quick, random.between(8, 40))
          .ask_after(First::just_after, quick, random.between(4, 30));
    }
    plan.lanes.push_back(edges);
  }
  // What a bucket lacks is not forgotten, and what is too much for it is not kept.
  plan.lanes.push_back(
      Laner("bob")
          .ask(slow, of_slow)
          .at_once(quick, quick_one.requests)
          .ask_after(First::pause, quick, random.between(2'200, 2'500), quick_one.requests + 2)
          .ask(slow));
  Laner carol("carol");
  for (int i = 0; i < 144; i += threads_at_once) carol.at_once(bulk, threads_at_once);
  plan.lanes.push_back(carol);
  Laner dave("dave");
  for (int i = 0; i < 168; i += threads_at_once) dave.at_once(rate, threads_at_once);
  dave.ask_after(First::pause, rate, random.between(700, 900), threads_at_once);
  for (int i = 0; i < 128; i += threads_at_once) dave.at_once(rate, threads_at_once);
  plan.lanes.push_back(dave);
  // Later than all others: who forgets full buckets now hides nothing.
  Laner erin("erin");
  erin.ask(slow, of_slow).ask_after(First::pause, slow, 2'900);
  for (int i = 0; i < other_keys; i += threads_at_once) erin.ask(of_other_keys(i));
  plan.lanes.push_back(erin.as("erin").ask(slow));
  return plan;
}

}  // namespace

std::vector<LanePlan> plan_quotas(base::Random& random) {
  return {plan_structure(random), plan_time(random)};
}

std::vector<LanePlan> plan_come_back(base::Random& random) {
  LanePlan plan;
  plan.setup.key = quota("key", 2, 2);
  plan.setup.routes = {{"/search", quota("search", 1, 3), false}};
  plan.lanes.push_back(Laner("alice").ask("/", 3).ask_after(First::retry_after, "/").ask("/"));
  plan.lanes.push_back(Laner("bob")
                           .ask("/", 2)
                           .ask_after(First::pause, "/", random.between(600, 800))
                           .ask_after(First::just_before, "/", random.between(80, 150))
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
  return {plan};
}

std::vector<LanePlan> plan_fields(base::Random& random) {
  const auto names = shuffled(random, route_words);
  const std::string route = std::string("/") + names[0];
  const std::string rate = std::string("/") + names[1];
  const std::string quick = std::string("/") + names[2];
  const std::int64_t of_key = random.between(5, 6);
  LanePlan plan;
  plan.setup.key = quota("key", of_key, 2);
  plan.setup.slots = 20;
  plan.setup.queue_ms = 150;
  plan.setup.limit_ms = 2'000;
  plan.setup.routes =
      shuffled(random, std::vector<GatewayRoute>{{route, quota(names[0], 2, 3), false},
                                                 {rate, GatewayQuota{names[1], 128, 1}, false},
                                                 {quick, GatewayQuota{names[2], 4, 1}, false},
                                                 {route + "/" + names[3], std::nullopt, true}});
  plan.lanes.push_back(Laner("alice")
                           .ask("/", 2)
                           .ask_after(First::pause, "/", random.between(200, 300))
                           .ask("/", of_key - 2));
  plan.lanes.push_back(Laner("bob").ask(route, 3).ask("/").ask(route));
  plan.lanes.push_back(
      Laner("carol").ask("/", of_key + 1).ask_after(First::retry_after, "/").ask("/"));
  // Whatever becomes of a request, it says what it has left.
  Laner dave("dave");
  for (const auto* const failure : shuffled(random, failures)) {
    dave.ask(fmt::format("{}?does={}", random.chance(0.5) ? quick : "/", failure));
  }
  plan.lanes.push_back(dave);
  plan.lanes.push_back(
      Laner("erin").ask("/?does=echo&status=404").ask(route + "/" + names[3]).ask(rate, 3));
  // A bucket that was full for long has no more in it.
  plan.lanes.push_back(
      Laner("frank").ask(quick, 2).ask_after(First::pause, quick, random.between(2'200, 2'400)));
  plan.lanes_without_slots.push_back(Laner("grace").ask("/").ask(route).ask(quick));
  return {plan};
}

}  // namespace assay::graders::rate_limiter
