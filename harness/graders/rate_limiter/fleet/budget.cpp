#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/fleet/leased.hpp"
#include "graders/rate_limiter/fleet/rulings.hpp"
#include "graders/rate_limiter/script.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr std::size_t budget_nodes = 3;
constexpr std::size_t own_answer_nodes = 2;
constexpr int alike_keys = 1'200;  // of them two have the same 16-bit hash, all but surely
constexpr const char* keys_world = "keys apart";
constexpr const char* leased_world = "one budget, with leases";
constexpr const char* crowd_world = "a crowd";
constexpr std::int64_t crowd_threads = 48;  // more than a pool of connections has

// Buckets that hold whole tokens, since none grows while a check lasts.
class CountedBuckets {
 public:
  explicit CountedBuckets(std::int64_t capacity) : capacity_(capacity) {}

  Decision take(const std::string& key, std::int64_t cost) {
    auto& tokens = tokens_.try_emplace(key, capacity_).first->second;
    if (cost > tokens) return {false, tokens, std::nullopt};
    tokens -= cost;
    return {true, tokens, std::nullopt};
  }

 private:
  const std::int64_t capacity_;
  std::map<std::string, std::int64_t> tokens_;
};

// The wait for `missing` tokens, of which at most `elapsed_ns` has passed already.
bool is_wait(const Decision& came, std::int64_t missing, const FleetPolicy& policy,
             std::int64_t elapsed_ns) {
  if (!came.retry_after_ns) return false;
  const std::int64_t longest_ns = missing * policy.interval_ns + fleet_ms;
  return *came.retry_after_ns <= longest_ns &&
         *came.retry_after_ns >= longest_ns - fleet_ms - elapsed_ns;
}

// What is wrong with a decision; empty if nothing is. Nothing has grown but in `elapsed_ns`.
std::string complaint_about(const std::optional<Decision>& came, const Decision& expected,
                            std::int64_t cost, const FleetPolicy& policy, std::int64_t elapsed_ns) {
  if (!came) return "no decision";
  if (came->admitted != expected.admitted) {
    return came->admitted ? "admitted, but should be denied" : "denied, but should be admitted";
  }
  if (came->remaining != expected.remaining) return "remaining is wrong";
  const bool never = cost > policy.capacity;
  if (expected.admitted || never) {
    return came->retry_after_ns ? "has a retry_after, but there is nothing to wait for" : "";
  }
  return is_wait(*came, cost - expected.remaining, policy, elapsed_ns) ? ""
                                                                       : "retry_after is wrong";
}

// Does every node answer as one with a bucket of its own, of this capacity?
bool all_nodes_alone(const std::vector<FleetEvent>& events, std::size_t last, std::int64_t capacity,
                     bool whole) {
  std::map<std::string, CountedBuckets> nodes;
  for (std::size_t i = 0; i <= last; ++i) {
    const auto call = call_of(events[i]);
    if (!call || !call->came) continue;
    auto& buckets = nodes.try_emplace(events[i].who, capacity).first->second;
    const Decision alone = buckets.take(call->key, call->cost);
    if (alone.admitted != call->came->admitted) return false;
    if (whole && alone.remaining != call->came->remaining) return false;
  }
  return true;
}

std::vector<std::string> budget_mistakes(const std::vector<FleetEvent>& events, std::size_t wrong,
                                         std::int64_t capacity) {
  const auto nodes = static_cast<std::int64_t>(budget_nodes);
  if (all_nodes_alone(events, wrong, capacity, true)) return {"each node has the whole limit"};
  for (const auto share : {capacity / nodes, (capacity + nodes - 1) / nodes}) {
    if (all_nodes_alone(events, wrong, share, false))
      return {"each node has its share of the limit"};
  }
  return {};
}

std::string situation_of(const FleetPolicy& policy, std::size_t nodes) {
  return fmt::format("{} node{}; policy: capacity {}, one token every {}", nodes,
                     nodes == 1 ? "" : "s", base::thousands(policy.capacity),
                     base::duration_ns(policy.interval_ns));
}

void play_one_budget(FleetWorld& world, std::int64_t capacity, base::Random random) {
  world.make({capacity, fleet_hour_ns, 1, patient_deadline_ns});
  const auto any = [&] {
    return static_cast<std::size_t>(random.between(0, static_cast<int>(budget_nodes) - 1));
  };
  const std::size_t first = any();
  for (std::int64_t i = 0; i < capacity + 2; ++i) {
    world.ask((first + static_cast<std::size_t>(i)) % budget_nodes, ask_line("a", 1));
  }
  const std::size_t busy = any();
  for (std::int64_t i = 0; i < capacity + 1; ++i) world.ask(busy, ask_line("b", 1));
  for (const std::int64_t cost : {std::int64_t{0}, std::int64_t{2}, std::int64_t{0}, capacity + 1,
                                  any_cost_max, capacity - 2, std::int64_t{1}, std::int64_t{0}}) {
    world.ask(any(), ask_line("c", cost));
  }
  // Keys that are alike, and some that a formatted command would trip over.
  const std::vector<std::string> keys{"50%s", "50%d", "key:1", "key:10", "{key}:1", "\"q'"};
  for (int i = 0; i < 30; ++i) {
    world.ask(any(), ask_line(random.one_of(keys), random.between(0, 2)));
  }
  world.ask(0, "over_admission_max");
}

// Keys that differ in a single place: a length at which somebody may cut them, or a spelling.
std::vector<std::pair<std::string, std::string>> keys_alike() {
  std::vector<std::pair<std::string, std::string>> pairs{
      {"alice", "Alice"}, {"key", "KEY"},  {"7", "07"},    {"7", "+7"},
      {"7", "7.0"},       {"1e3", "1000"}, {"a:b", "a_b"}, {"a", "a:"}};
  for (const std::size_t same : {7U, 15U, 31U, 63U, 127U, 128U, 191U, 254U, 255U}) {
    const std::string beginning =
        fmt::format("{}.{}", same, std::string(same, 'x')).substr(0, same);
    pairs.emplace_back(beginning + "1", beginning + "2");
  }
  return pairs;
}

void play_keys_apart(FleetWorld& world, base::Random random) {
  constexpr std::int64_t capacity = 5;
  world.make({capacity, fleet_hour_ns, 1, patient_deadline_ns});
  for (const auto& [one, other] : keys_alike()) {
    world.ask(0, ask_line(one, capacity));
    world.ask(0, ask_line(other, 1));
    world.ask(0, ask_line(one, 0));
  }
  for (int i = 0; i < alike_keys; ++i) {
    world.ask(0, ask_line(fmt::format("user:{:016x}", random.next()), 2));
  }
}

// The call before that of another key, which may have taken what is missing.
std::optional<grade::Step> call_before(const std::vector<FleetEvent>& events, std::size_t wrong,
                                       const std::string& key) {
  for (std::size_t i = wrong; i-- > 0;) {
    const auto call = call_of(events[i]);
    if (!call) continue;
    if (call->key == key) return std::nullopt;
    return fleet_step(events[i]);
  }
  return std::nullopt;
}

void explain_shared_key(FleetRuling& ruling, const std::vector<FleetEvent>& events,
                        std::size_t wrong) {
  const auto call = call_of(events[wrong]);
  const bool first = std::none_of(
      events.begin(), events.begin() + static_cast<std::ptrdiff_t>(wrong), [&](const auto& event) {
        const auto other = call_of(event);
        return other && other->key == call->key;
      });
  if (!first || !call->came) return;
  if (auto step = call_before(events, wrong, call->key)) {
    ruling.steps.insert(ruling.steps.begin(), std::move(*step));
  }
  ruling.steps.back().why +=
      fmt::format("; the key has {} characters, and is new", call->key.size());
  ruling.mistakes = {"keys that differ share a bucket"};
}

}  // namespace

std::vector<FleetPlan> plan_one_budget(base::Random& random) {
  const std::int64_t capacity = random.between(4, 7);
  const base::Random own(random.next());
  const base::Random names(random.next());
  const base::Random leases(random.next());
  return {{"one budget", budget_nodes,
           [=](FleetWorld& world) { play_one_budget(world, capacity, own); }},
          {keys_world, 1, [=](FleetWorld& world) { play_keys_apart(world, names); }},
          {leased_world, 1, [=](FleetWorld& world) { play_leased_budget(world, leases); }}};
}

FleetRuling rule_one_budget(const std::string& world, const std::vector<FleetEvent>& events) {
  if (world == leased_world) return rule_leased_budget(events);
  const FleetPolicy policy = fleet_policy(events);
  CountedBuckets buckets(policy.capacity);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].did == "over_admission_max" && events[i].came != "0") {
      return fleet_failure("with lease_max = 1 over_admission_max() is not 0",
                           {wrong_fleet_step(events[i], "0", "every decision asks Redis")});
    }
    const auto call = call_of(events[i]);
    if (!call) continue;
    const Decision expected = buckets.take(call->key, call->cost);
    const auto complaint =
        complaint_about(call->came, expected, call->cost, policy, events[i].to_ns);
    if (complaint.empty()) continue;
    auto words = in_words(expected);
    if (!expected.admitted && call->cost <= policy.capacity) words += ", retry after the rest";
    const auto why = fmt::format("the fleet's bucket of \"{}\" has {} left after this call",
                                 base::printable_line(call->key, 24), expected.remaining);
    auto ruling = fleet_failure(
        fmt::format("acquire(\"{}\", {}) by {}: {}", base::printable_line(call->key, 24),
                    base::thousands(call->cost), events[i].who, complaint),
        fleet_story(events, i, words, why));
    if (world == keys_world) {
      explain_shared_key(ruling, events, i);
    } else {
      ruling.mistakes = budget_mistakes(events, i, policy.capacity);
    }
    ruling.situation = situation_of(policy, world == keys_world ? 1 : budget_nodes);
    return ruling;
  }
  return {};
}

// All nodes and threads at once.

std::vector<FleetPlan> plan_at_once(base::Random& random) {
  const std::int64_t capacity = random.between(18, 24);
  return {{"at once", budget_nodes,
           [=](FleetWorld& world) {
             world.make({capacity, fleet_hour_ns, 1, patient_deadline_ns});
             // So long on the way that whoever reads first and writes later meets all the others.
             world.break_with("delay 3ms jitter 1ms");
             for (const char* const line :
                  {"ask_all 4 5 hot 1 shared", "ask_all 4 3 costly 3 shared"}) {
               world.ask_each([line](std::size_t) { return line; });
             }
           }},
          {crowd_world, 1, [=](FleetWorld& world) {
             world.make({capacity, fleet_hour_ns, 1, patient_deadline_ns});
             world.break_with("delay 20ms");
             world.ask(0, fmt::format("ask_all {} 1 crowd 1 shared", crowd_threads));
           }}};
}

FleetRuling rule_at_once(const std::string& world, const std::vector<FleetEvent>& events) {
  const FleetPolicy policy = fleet_policy(events);
  const bool crowd = world == crowd_world;
  const std::vector<std::string> keys =
      crowd ? std::vector<std::string>{"crowd"} : std::vector<std::string>{"hot", "costly"};
  for (const auto& key : keys) {
    std::int64_t cost = 1;
    std::int64_t admitted = 0;
    std::int64_t asked = 0;
    std::vector<grade::Step> steps;
    std::multiset<std::int64_t> left;
    bool denied_wrongly = false;
    for (const auto& event : events) {
      const auto calls = calls_of(event);
      if (!calls || calls->key != key) continue;
      cost = calls->cost;
      asked += calls->threads * calls->calls;
      std::int64_t here = 0;
      for (const auto& thread : calls->came) {
        for (const auto& decision : thread) {
          here += decision.admitted ? 1 : 0;
          if (decision.admitted) left.insert(decision.remaining);
          denied_wrongly |= !decision.admitted && decision.remaining != policy.capacity % cost;
        }
      }
      admitted += here;
      steps.push_back(fleet_step(event));
      steps.back().came = fmt::format("{} admitted", here);
    }
    if (steps.empty()) return fleet_unknown("nobody was asked");
    const std::int64_t right = policy.capacity / cost;
    const bool each_once = std::set<std::int64_t>(left.begin(), left.end()).size() == left.size();
    if (admitted == right && each_once && !denied_wrongly) continue;
    steps.push_back(
        {"", "in all", fmt::format("{} admitted, each told another remaining", right),
         fmt::format("{} admitted of {} calls", admitted, asked), false,
         fmt::format("there were {} tokens, and a call takes {}", policy.capacity, cost)});
    std::vector<std::string> mistakes;
    if (admitted > right && !each_once && !crowd) {
      mistakes.emplace_back("reads the bucket and writes it in two steps: others come in between");
    }
    auto ruling = fleet_failure(
        admitted == right ? "threads that asked at once were told wrong numbers"
                          : fmt::format("{} calls were admitted at once, where there were tokens "
                                        "for {}",
                                        admitted, right),
        std::move(steps), std::move(mistakes));
    ruling.situation =
        crowd ? fmt::format("{}; {} threads at once, 20 ms on the way to Redis, and back",
                            situation_of(policy, 1), crowd_threads)
              : situation_of(policy, budget_nodes) + "; 3 ms on the way to Redis, and back";
    return ruling;
  }
  return {};
}

// Threads with a key each.

std::vector<FleetPlan> plan_own_answers(base::Random& random) {
  const std::int64_t capacity = random.between(9'000, 10'000);
  return {{"own answers", own_answer_nodes, [=](FleetWorld& world) {
             world.make({capacity, fleet_hour_ns, 1, patient_deadline_ns});
             world.break_with("delay 1ms jitter 1ms");
             world.ask_each(
                 [](std::size_t node) { return fmt::format("ask_all 6 40 node{} 1 own", node); });
           }}};
}

FleetRuling rule_own_answers(const std::string& /*world*/, const std::vector<FleetEvent>& events) {
  const FleetPolicy policy = fleet_policy(events);
  bool any = false;
  for (const auto& event : events) {
    const auto calls = calls_of(event);
    if (!calls) continue;
    any = true;
    if (static_cast<std::int64_t>(calls->came.size()) != calls->threads) {
      return fleet_failure("not every call got a decision", {fleet_step(event)});
    }
    for (std::int64_t thread = 0; thread < calls->threads; ++thread) {
      const auto& came = calls->came[static_cast<std::size_t>(thread)];
      const std::int64_t cost = calls->cost + thread;
      for (std::size_t i = 0; i < came.size(); ++i) {
        const Decision right{true, policy.capacity - cost * static_cast<std::int64_t>(i + 1),
                             std::nullopt};
        if (came[i] == right) continue;
        std::vector<grade::Step> steps;
        for (std::size_t j = i - std::min<std::size_t>(i, 3); j <= i; ++j) {
          steps.push_back({fmt::format("call {}", j + 1),
                           fmt::format("{}, thread {}: acquire(\"{}.{}\", {})", event.who, thread,
                                       calls->key, thread, cost),
                           j == i ? in_words(right) : "", in_words(came[j]), j != i,
                           "nobody else asks for this key"});
        }
        auto ruling = fleet_failure(
            fmt::format("a thread that is alone with its key was told \"{}\"", in_words(came[i])),
            std::move(steps));
        ruling.situation = situation_of(policy, own_answer_nodes) +
                           "; six threads of a node at once, each with a key of its own";
        return ruling;
      }
    }
  }
  if (!any) return fleet_unknown("nobody was asked");
  return {};
}

}  // namespace assay::graders::rate_limiter
