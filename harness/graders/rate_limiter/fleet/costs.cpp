#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr double turns_a_decision_max = 1.1;
constexpr std::int64_t greetings_max = 8;  // AUTH, HELLO, CLIENT, SELECT, scripts, of a connection
constexpr std::int64_t calls_alone = 150;
constexpr std::int64_t calls_together = 200;

constexpr std::size_t lease_nodes = 3;
constexpr std::int64_t hot_lease_max = 50;
constexpr double decisions_a_turn_min = 20;
constexpr FleetPolicy slow_policy{2'400, fleet_hour_ns, hot_lease_max, patient_deadline_ns};
constexpr std::int64_t calls_a_node = 600;  // fewer than there are tokens, in all
constexpr FleetPolicy quick_policy{300, 2 * fleet_ms, hot_lease_max, patient_deadline_ns};
constexpr std::chrono::milliseconds all_full_again{900};
constexpr double clocks_differ = 1.001;
constexpr FleetPolicy hand_policy{600, fleet_hour_ns, hot_lease_max, patient_deadline_ns};
constexpr std::int64_t hand_threads = 24;

std::int64_t number_of(const std::vector<FleetEvent>& events, std::string_view fact) {
  return base::to_integer(fleet_fact(events, fact)).value_or(0);
}

std::int64_t turns_between(const std::vector<FleetEvent>& events, const std::string& before,
                           const std::string& after) {
  return number_of(events, "turns " + after) - number_of(events, "turns " + before);
}

// Of these, what clients said to connect: so many things each time, among them one PING.
std::int64_t greetings_between(const std::vector<FleetEvent>& events, const std::string& before,
                               const std::string& after) {
  const auto more = [&](const std::string& what) {
    return number_of(events, what + ' ' + after) - number_of(events, what + ' ' + before);
  };
  const std::int64_t connections = more("connections");
  const std::int64_t greetings = more("greetings") + std::min(more("pings"), connections);
  return std::min(greetings, greetings_max * connections);
}

// What `ask_many` lines with this key and so many threads were admitted, with all that were asked.
struct Admitted {
  std::int64_t of = 0;
  std::int64_t count = 0;
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
};
Admitted admitted_in(const std::vector<FleetEvent>& events, std::string_view line) {
  Admitted sum;
  for (const auto& event : events) {
    if (!event.by_node() || event.did != line) continue;
    const auto words = base::split(event.did, ' ');
    if (sum.of == 0) sum.from_ns = event.from_ns;
    sum.of += base::to_integer(words.at(1)).value() * base::to_integer(words.at(2)).value();
    sum.count += base::to_integer(event.came).value_or(0);
    sum.to_ns = std::max(sum.to_ns, event.to_ns);
  }
  return sum;
}

std::string ask_many(std::int64_t threads, std::int64_t calls, const std::string& key) {
  return fmt::format("ask_many {} {} {} 1", threads, calls, key);
}

FleetRuling counted(const std::string& reason, const std::string& did, const std::string& expected,
                    const std::string& came, const std::string& why) {
  return fleet_failure(reason, {{"", did, expected, came, false, why}});
}

}  // namespace

std::vector<FleetPlan> plan_one_round_trip(base::Random& /*random*/) {
  return {{"one round trip", 2, [](FleetWorld& world) {
             world.make({100'000, fleet_hour_ns, 1, patient_deadline_ns});
             for (std::size_t node = 0; node < world.size(); ++node) {
               world.ask(node, ask_line("first", 1));
             }
             world.note_turns("before");
             world.ask(0, ask_many(1, calls_alone, "alone"));
             world.note_turns("alone");
             world.ask(1, ask_many(4, calls_together / 4, "together"));
             world.note_turns("after");
           }}};
}

FleetRuling rule_one_round_trip(const std::string& /*world*/,
                                const std::vector<FleetEvent>& events) {
  const auto alone = turns_between(events, "before", "alone");
  const auto all = turns_between(events, "before", "after");
  const auto greetings = greetings_between(events, "before", "after");
  const auto decisions = calls_alone + calls_together;
  const auto ratio = static_cast<double>(all - greetings) / static_cast<double>(decisions);
  FleetRuling ruling;
  if (alone < calls_alone) {
    ruling = counted("with lease_max = 1 some decisions were made without asking Redis",
                     fmt::format("{} calls, one after the other", calls_alone),
                     fmt::format("{} round trips", calls_alone), fmt::format("{}", alone),
                     "another node may have taken the tokens meanwhile");
  } else if (ratio > turns_a_decision_max) {
    ruling = counted(fmt::format("{:.2f} round trips a decision, where one will do", ratio),
                     fmt::format("{} calls, {} of them by four threads", decisions, calls_together),
                     fmt::format("at most {:.0f} round trips",
                                 turns_a_decision_max * static_cast<double>(decisions)),
                     fmt::format("{}, of them {} to connect", all, greetings),
                     "a script that Redis runs can look, decide and take at once");
  }
  ruling.metrics["round_trips_per_decision"] =
      static_cast<double>(all) / static_cast<double>(decisions);
  return ruling;
}

std::vector<FleetPlan> plan_leases(base::Random& /*random*/) {
  return {{"hot key", lease_nodes,
           [](FleetWorld& world) {
             world.make(slow_policy);
             for (std::size_t node = 0; node < lease_nodes; ++node) {
               world.ask(node, "over_admission_max");
               world.ask(node, ask_line("first", 1));
             }
             world.note_turns("before");
             world.ask_each([](std::size_t) { return ask_many(1, calls_a_node, "hot"); });
             world.note_turns("after");
             world.ask_each([](std::size_t) { return ask_many(4, calls_a_node / 2, "hot"); });
           }},
          {"burst", lease_nodes,
           [](FleetWorld& world) {
             world.make(quick_policy);
             for (std::size_t node = 0; node < lease_nodes; ++node) {
               world.ask(node, "over_admission_max");
               world.ask(node, ask_line("hot", 1));
             }
             std::this_thread::sleep_for(all_full_again);
             world.ask_each([](std::size_t) { return ask_many(2, calls_a_node, "hot"); });
           }},
          {"in hand", 2, [](FleetWorld& world) {
             world.make(hand_policy);
             for (int i = 0; i < 2; ++i) world.ask(0, ask_line("looked", 0));
             world.ask(1, ask_many(1, hand_policy.capacity, "looked"));
             // Far enough that all of them would ask Redis, if one didn't ask for all.
             world.break_with("delay 20ms");
             world.ask(0, ask_many(hand_threads, 1, "taken"));
             world.heal();
             world.ask(1, ask_many(1, hand_policy.capacity, "taken"));
           }}};
}

namespace {

std::optional<FleetRuling> wrong_declaration(const std::vector<FleetEvent>& events) {
  const auto most = static_cast<std::int64_t>(lease_nodes) * hot_lease_max;
  for (const auto& event : events) {
    if (event.did != "over_admission_max") continue;
    const auto declared = base::to_integer(event.came);
    if (declared && *declared >= 0 && *declared <= most) continue;
    return counted("over_admission_max() is more than nodes * lease_max",
                   event.who + ": over_admission_max()", fmt::format("0 to {}", most),
                   base::printable_line(event.came, 24), "nobody may take more than that ahead");
  }
  return std::nullopt;
}

// Admitted in a stretch of time, by an exact bucket that was full, and beyond.
FleetRuling over_admission(const FleetPolicy& policy, const Admitted& burst,
                           std::int64_t declared) {
  const double grown = static_cast<double>(burst.to_ns - burst.from_ns) * clocks_differ /
                       static_cast<double>(policy.interval_ns);
  const auto exact = policy.capacity + static_cast<std::int64_t>(grown) + 1;
  const auto over = std::max<std::int64_t>(burst.count - exact, 0);
  FleetRuling ruling;
  if (over > declared) {
    ruling = counted(
        fmt::format("{} tokens too many were admitted, where {} were declared", over, declared),
        fmt::format("{} calls by {} nodes", burst.of, lease_nodes),
        fmt::format("at most {} + {} admitted", exact, declared),
        fmt::format("{} admitted", burst.count),
        "the bucket was full, and that many tokens grew meanwhile");
  }
  ruling.metrics["over_admission"] = static_cast<double>(over);
  ruling.metrics["declared"] = static_cast<double>(declared);
  return ruling;
}

FleetRuling rule_hot_key(const std::vector<FleetEvent>& events, std::int64_t declared) {
  const auto plenty = admitted_in(events, ask_many(1, calls_a_node, "hot"));
  const auto scarce = admitted_in(events, ask_many(4, calls_a_node / 2, "hot"));
  const auto turns = std::max<std::int64_t>(
      turns_between(events, "before", "after") - greetings_between(events, "before", "after"), 1);
  const double ratio = static_cast<double>(plenty.of) / static_cast<double>(turns);
  const auto lost = static_cast<std::int64_t>(lease_nodes) * hot_lease_max;
  const Admitted all{plenty.of + scarce.of, plenty.count + scarce.count, 0, 0};
  FleetRuling ruling = over_admission(slow_policy, all, declared);
  if (ruling.verdict == grade::Verdict::fail) return ruling;
  if (plenty.count < plenty.of) {
    ruling = counted("calls were denied while there were tokens for all",
                     fmt::format("{} calls by {} nodes", plenty.of, lease_nodes), "all admitted",
                     fmt::format("{} admitted", plenty.count),
                     fmt::format("the bucket held {}", slow_policy.capacity));
  } else if (all.count < slow_policy.capacity - lost) {
    ruling =
        counted(fmt::format("only {} of {} tokens could be had", all.count, slow_policy.capacity),
                fmt::format("{} calls by {} nodes", all.of, lease_nodes),
                fmt::format("at least {} admitted", slow_policy.capacity - lost),
                std::to_string(all.count), "nodes may keep nodes * lease_max, and no more");
  } else if (ratio < decisions_a_turn_min) {
    ruling = counted(
        fmt::format("{:.1f} decisions a round trip, with leases of {}", ratio, hot_lease_max),
        fmt::format("{} calls by {} nodes", plenty.of, lease_nodes),
        fmt::format("at most {:.0f} round trips",
                    static_cast<double>(plenty.of) / decisions_a_turn_min),
        fmt::format("{} round trips", turns), "a node with tokens in hand needn't ask");
  }
  ruling.metrics["round_trips_per_decision"] = 1 / ratio;
  return ruling;
}

// What one node has in hand is lost to the other, and no more than that.
FleetRuling rule_in_hand(const std::vector<FleetEvent>& events) {
  const auto looked = admitted_in(events, ask_many(1, hand_policy.capacity, "looked"));
  const auto taken = admitted_in(events, ask_many(1, hand_policy.capacity, "taken"));
  const auto by_other = admitted_in(events, ask_many(hand_threads, 1, "taken"));
  const auto left = hand_policy.capacity - by_other.count - hot_lease_max;
  FleetRuling ruling;
  if (looked.count < hand_policy.capacity) {
    ruling = counted("looking at a bucket took tokens out of it",
                     "node 0: looks; node 1: asks for all tokens",
                     fmt::format("all {} admitted", hand_policy.capacity),
                     std::to_string(looked.count), "who only looks takes nothing ahead");
    ruling.mistakes = {"takes a lease in order to look"};
  } else if (taken.count < left) {
    ruling =
        counted(fmt::format("a node has more than {} tokens in hand", hot_lease_max),
                fmt::format("node 0: {} threads at once, a token each; node 1: asks for the rest",
                            hand_threads),
                fmt::format("at least {} admitted", left), std::to_string(taken.count),
                "what isn't in Redis lies with node 0, and nobody can use it");
    ruling.mistakes = {"each thread takes a lease of its own"};
  }
  return ruling;
}

}  // namespace

FleetRuling rule_leases(const std::string& world, const std::vector<FleetEvent>& events) {
  if (world == "in hand") return rule_in_hand(events);
  if (auto wrong = wrong_declaration(events)) return *wrong;
  const std::int64_t declared = number_of(events, "over_admission_max");
  FleetRuling ruling =
      world == "burst"
          ? over_admission(quick_policy, admitted_in(events, ask_many(2, calls_a_node, "hot")),
                           declared)
          : rule_hot_key(events, declared);
  const auto& policy = world == "burst" ? quick_policy : slow_policy;
  ruling.situation = fmt::format(
      "{} nodes with leases of {}; policy: capacity {}, one token every {}", lease_nodes,
      hot_lease_max, policy.capacity, base::duration_ns(policy.interval_ns));
  if (ruling.verdict == grade::Verdict::pass) ruling.situation.clear();
  return ruling;
}

}  // namespace assay::graders::rate_limiter
