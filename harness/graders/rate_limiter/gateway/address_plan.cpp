// Who asks: what clients make up, what proxies add, and the ways to write it down.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/plans.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::int64_t of_client = 3;
constexpr std::array<const char*, 4> forwarded_names{"X-Forwarded-For", "x-forwarded-for",
                                                     "X-FORWARDED-FOR", "x-Forwarded-For"};

using Path = std::vector<std::string>;

std::string near(base::Random& random, std::int64_t first) {
  return fmt::format("127.0.0.{}", random.between(first, first + 9));
}

std::string made_up(base::Random& random) {
  return fmt::format("203.0.113.{}", random.between(1, 250));
}

// Requests from one address, as a client, or as a proxy that says for whom.
class AddressLaner {
 public:
  AddressLaner(std::string name, std::string from)
      : lane_{std::move(name), {}}, from_(std::move(from)) {}

  AddressLaner& ask(const std::string& as, const Path& lines = {},
                    const std::string& name = forwarded_names[0]) {
    GatewayAsk ask{"/", as, from_, {}};
    for (const auto& line : lines) ask.headers.emplace_back(name, line);
    return add(std::move(ask));
  }
  AddressLaner& ask_by_key(const std::string& key, const std::string& from, const Path& lines) {
    GatewayAsk ask = ask_with_key(key, "/");
    ask.from = from;
    for (const auto& line : lines) ask.headers.emplace_back(forwarded_names[0], line);
    return add(std::move(ask));
  }
  operator Lane() const { return lane_; }

 private:
  AddressLaner& add(GatewayAsk ask) {
    lane_.steps.push_back({{std::move(ask)}});
    return *this;
  }

  Lane lane_;
  const std::string from_;
};

// The same list, in one field or in several, with any white space that HTTP allows.
Path written(base::Random& random, const Path& addresses, double lines) {
  constexpr std::array<const char*, 4> commas{", ", ",", " , ", ",\t"};
  Path fields{addresses.front()};
  for (std::size_t i = 1; i < addresses.size(); ++i) {
    if (random.chance(lines)) {
      fields.push_back(addresses[i]);
    } else {
      fields.back() += random.one_of(commas) + addresses[i];
    }
  }
  return fields;
}

// Behind trusted proxies: what the client says, the client, and proxies that it came through. The
// first is written as most write it, the others in other ways, each in another way for whom they
// seem to be.
AddressLaner behind_proxies(base::Random& random, const Path& proxies, const std::string& client) {
  AddressLaner lane("a client behind trusted proxies", proxies[0]);
  lane.ask(client, {client});
  for (std::int64_t i = 1; i <= of_client; ++i) {
    Path path;
    for (auto count = random.between(0, 2); count > 0; --count) {
      path.push_back(random.chance(0.3) ? random.one_of(proxies) : made_up(random));
    }
    path.push_back(client);
    const auto through = i == 1 ? 1 : random.between(0, 2);
    for (auto count = through; count > 0; --count) path.push_back(random.one_of(proxies));
    const auto* const name = forwarded_names[static_cast<std::size_t>(i)];
    lane.ask(client, written(random, path, i == 1 ? 1 : 0.4), name);
  }
  return lane;
}

// All that stands there are trusted proxies: it is the one that asks.
AddressLaner proxies_alone(base::Random& random, const Path& proxies) {
  const std::string& asks = proxies[2];
  AddressLaner lane("a proxy that speaks for itself", asks);
  for (std::int64_t i = 0; i <= of_client; ++i) {
    Path path{proxies[static_cast<std::size_t>(i % 2)]};
    for (auto count = random.between(0, 2); count > 0; --count) {
      path.push_back(random.one_of(proxies));
    }
    lane.ask(asks, i == 0 ? Path{} : written(random, path, 0.3));
  }
  return lane;
}

}  // namespace

std::vector<LanePlan> plan_addresses(base::Random& random) {
  const Path proxies{near(random, 10), near(random, 20), near(random, 30)};
  const auto& [proxy, farther_proxy] = std::pair(proxies[0], proxies[1]);
  LanePlan plan;
  plan.setup.key = {"key", of_client, of_client * random.between(15, 20)};
  plan.setup.trusted_proxies = proxies;
  const std::string direct = near(random, 40);
  const std::string other = near(random, 50);
  AddressLaner rotating("a client that makes addresses up", direct);
  AddressLaner behind("two clients behind a proxy", proxy);
  AddressLaner left("a client behind a proxy that makes addresses up", proxy);
  AddressLaner chain("a client behind two proxies", proxy);
  AddressLaner lines("a client that sends a line of its own", farther_proxy);
  AddressLaner keyed("an address, and a key from it", other);
  for (std::int64_t i = 0; i <= of_client; ++i) {
    rotating.ask(direct, {made_up(random)}, random.one_of(forwarded_names));
    behind.ask("198.51.100.1", {"198.51.100.1"});
    left.ask("198.51.100.3", {made_up(random) + ", 198.51.100.3"});
    chain.ask("198.51.100.4", {made_up(random) + ", 198.51.100.4, " + farther_proxy});
    lines.ask("198.51.100.6", {made_up(random), "198.51.100.6"});
    keyed.ask(other);
  }
  behind.ask("198.51.100.2", {"198.51.100.2"});
  chain.ask("198.51.100.5", {"198.51.100.5, " + farther_proxy});
  keyed.ask_by_key("grace", other, {});
  // A key is the same from wherever it is used.
  AddressLaner travels("a key that travels", other);
  for (std::int64_t i = 0; i < of_client; ++i) {
    travels.ask_by_key("heidi", near(random, 60 + 10 * i), {});
  }
  travels.ask_by_key("heidi", proxy, {made_up(random)});
  plan.lanes = {rotating, behind, left, chain, lines, keyed, travels};
  for (const char* const client : {"198.51.100.7", "198.51.100.8", "198.51.100.9"}) {
    plan.lanes.push_back(behind_proxies(random, proxies, client));
  }
  plan.lanes.push_back(proxies_alone(random, proxies));
  return {plan};
}

}  // namespace assay::graders::rate_limiter
