#include "graders/rate_limiter/gateway/places.hpp"

#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "graders/rate_limiter/gateway/probe.hpp"
#include "graders/rate_limiter/gateway/slots.hpp"
#include "graders/rate_limiter/gateway/tokens.hpp"

namespace assay::graders::rate_limiter {
namespace {

using std::chrono::milliseconds;
using Answered = std::vector<std::pair<GatewayAsk, GatewayReply>>;

constexpr milliseconds places_patience{1'500};
constexpr int bursts = 30;
constexpr int bursts_with_tokens = 3;
// Buckets that don't fill within a check.
constexpr std::int64_t hour_s = 3'600;
constexpr int tokens_of_key = 30;
constexpr int tokens_of_search = 10;
constexpr const char* search_prefix = "/search";

// Of one caller, over all routes.
std::vector<GatewayAsk> over_all_routes(const GatewayAsk& ask) {
  std::vector<GatewayAsk> asks(3, ask);
  asks[1].target = std::string(search_prefix) + ask.target;
  asks[2].target = critical_prefix + ask.target;
  return asks;
}

GatewayAsk with_target(GatewayAsk ask, const std::string& target) {
  ask.target = target;
  return ask;
}

// One conversation with a gateway, thing by thing.
class PlacesTalk {
 public:
  PlacesTalk(GatewayWorld& world, const GatewaySetup& setup, base::Random& random)
      : world_(world), setup_(setup), random_(random) {
    note(PlacesLine::at_once, std::to_string(setup.at_once));
  }

  bool probe_all() {
    return probe_one("a key", ask_with_key("alice", held_target)) &&
           probe_one("an address", ask_from_address("127.0.1.1", held_target));
  }

  // So many that the last place is fought for, again and again; of callers that are new.
  bool all_bursts() {
    for (int i = 0; i < bursts; ++i) {
      const bool has_key = i % 3 != 1;
      const auto caller = has_key ? ask_with_key(fmt::format("burst{}", i), held_target)
                                  : ask_from_address(fmt::format("127.0.2.{}", i + 1), held_target);
      const auto sent = burst(caller);
      if (sent.empty()) return false;
      if (i < bursts_with_tokens) {
        note_tokens(caller, "too many at once", sent);
      }
    }
    return true;
  }

  void in_the_queue() { note(PlacesLine::queue, refused_in_the_queue()); }

  // A caller whose requests end in all ways; then it has no tokens left.
  void tokens_of_all_ends() {
    const auto caller = ask_with_key("erin", "/");
    const std::vector<std::string> ends{"/?does=fail",       "/?does=reset",       "/",
                                        "/?does=garbage",    "/?does=break",       "/search",
                                        "/search?does=fail", "/search?does=reset", "/pay"};
    Answered sent;
    for (int group = 0; group < 3; ++group) {
      GatewayCrowd crowd(world_);
      std::vector<GatewayAsk> asks;
      for (int i = 0; i < setup_.at_once; ++i) {
        asks.push_back(with_target(caller, random_.one_of(ends)));
        crowd.send(asks.back(), 1);
      }
      add(asks, crowd, sent);
      wait_until_calm(world_, 0);
    }
    note_tokens(caller, "bad ends", sent);
    note(PlacesLine::denial, denied_beside_taken_slots(caller));
  }

  grade::Conversation result() && { return std::move(talk_); }

 private:
  void note(std::string asked, std::string answered) {
    talk_.exchanges.push_back({std::move(asked), std::move(answered)});
  }

  bool probe_one(const char* whose, const GatewayAsk& ask) {
    const auto seen =
        probe_patiently(world_, over_all_routes(ask), setup_.at_once, places_patience);
    note(std::string(PlacesLine::probe) + whose, to_line(seen));
    return seen.good();
  }

  static void add(const std::vector<GatewayAsk>& asks, GatewayCrowd& crowd, Answered& sent) {
    const auto replies = crowd.replies();
    for (std::size_t i = 0; i < asks.size(); ++i) sent.emplace_back(asks[i], replies[i]);
  }

  // "reached 4, refused 4, answered 4"; all that was sent, or nothing if that isn't as it should
  // be. Again, if not all of them were told anything in time.
  Answered burst(const GatewayAsk& caller) {
    const auto routes = over_all_routes(caller);
    const int count = setup_.at_once + places_too_many;
    const auto reached = [&] { return static_cast<int>(world_.service().counts().waiting); };
    Answered sent;
    for (int i = 0; i < tries_max; ++i) {
      GatewayCrowd crowd(world_);
      std::vector<GatewayAsk> asks;
      for (int k = 0; k < count; ++k) {
        asks.push_back(routes[static_cast<std::size_t>(k) % routes.size()]);
        crowd.send(asks.back(), 1);
      }
      const bool all_told = GatewayCrowd::within(
          places_patience, [&] { return reached() + crowd.answered() >= count; });
      const int at_service = reached();
      const int refused = crowd.answered(429);
      SlotHolders::release_all(world_, crowd);
      add(asks, crowd, sent);
      if (!all_told && at_service <= setup_.at_once && i + 1 < tries_max) continue;
      note(fmt::format("{}{}", PlacesLine::burst, count),
           fmt::format("reached {}, refused {}, answered {}", at_service, refused,
                       crowd.answered(200)));
      return at_service == setup_.at_once ? sent : Answered{};
    }
    return {};
  }

  // The route's first: its requests cost the key tokens too.
  void note_tokens(const GatewayAsk& caller, const std::string& after, const Answered& sent) {
    wait_until_calm(world_, 0);
    const auto line = [&](const char* quota, const TokenCount& count) {
      note(fmt::format("{}quota \"{}\" after {}", PlacesLine::tokens, quota, after),
           to_line(count));
    };
    const auto of_search = count_tokens(world_, with_target(caller, search_prefix),
                                        admitted_of(sent, search_prefix), tokens_of_search);
    line("search", of_search);
    line("key", count_tokens(world_, with_target(caller, "/"),
                             admitted_of(sent, "/") + of_search.left, tokens_of_key));
  }

  // All slots are taken by others, so that what is let in waits in the gateway. "refused 1 then 4":
  // so many before anybody else had an answer, and so many had a 200 in the end.
  std::string refused_in_the_queue() {
    std::string seen = SlotHolders::none_taken;
    for (int i = 0; i < tries_max && !seen.starts_with("refused"); ++i) {
      GatewayCrowd others(world_);
      if (SlotHolders::take_all(world_, others, setup_.slots, places_patience)) {
        GatewayCrowd crowd(world_);
        crowd.send(ask_with_key("bob", "/"), setup_.at_once + 1);
        GatewayCrowd::within(places_patience, [&] { return crowd.answered() > 0; });
        std::this_thread::sleep_for(for_another_);
        const int refused = crowd.answered(429);
        const bool held = SlotHolders::are_all_taken(world_, setup_.slots);
        world_.service().release();
        crowd.replies();
        seen = held ? fmt::format("refused {} then {}", refused, crowd.answered(200))
                    : PlacesLine::not_held;
      }
      world_.service().release();
    }
    return seen;
  }

  // The status, if it is told while others have all slots; else 0.
  std::string denied_beside_taken_slots(const GatewayAsk& caller) {
    int status = 0;
    for (int i = 0; i < tries_max && status == 0; ++i) {
      wait_until_calm(world_, i);
      GatewayCrowd others(world_);
      SlotHolders::take_all(world_, others, setup_.slots, places_patience);
      GatewayCrowd another(world_);
      another.send(caller, 1);
      GatewayCrowd::within(places_patience, [&] { return another.answered() > 0; });
      const bool told = SlotHolders::are_all_taken(world_, setup_.slots) && another.answered() > 0;
      SlotHolders::release_all(world_, others);
      const int came = another.replies().front().status;
      if (told) status = came;
    }
    return std::to_string(status);
  }

  static constexpr milliseconds for_another_{60};

  GatewayWorld& world_;
  const GatewaySetup& setup_;
  base::Random& random_;
  grade::Conversation talk_{"places", {}, "", ""};
};

}  // namespace

GatewaySetup setup_of_places(base::Random& random) {
  GatewaySetup setup;
  setup.key = {"key", tokens_of_key, hour_s};
  setup.routes = {{search_prefix, GatewayQuota{"search", tokens_of_search, hour_s}, false},
                  {critical_prefix, std::nullopt, true}};
  setup.at_once = static_cast<int>(random.between(3, 5));
  setup.slots = setup.at_once + 2;
  setup.queue_ms = 4'000;
  setup.limit_ms = 6'000;
  return setup;
}

grade::Conversation see_places(GatewayWorld& world, const GatewaySetup& setup,
                               base::Random& random) {
  PlacesTalk talk(world, setup, random);
  if (talk.probe_all() && talk.all_bursts()) {
    talk.in_the_queue();
    talk.tokens_of_all_ends();
  }
  return std::move(talk).result();
}

}  // namespace assay::graders::rate_limiter
