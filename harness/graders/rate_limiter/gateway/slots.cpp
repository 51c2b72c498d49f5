#include "graders/rate_limiter/gateway/slots.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graders/rate_limiter/gateway/check.hpp"
#include "graders/rate_limiter/gateway/probe.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::CheckResult;
using grade::Conversation;
using grade::Evidence;
using std::chrono::milliseconds;

constexpr const char* setup_fact = "of a key, at once";
constexpr milliseconds calm{60};  // for a gateway to give back what the service has answered
constexpr int tries_max = 4;      // a leak is there in all of them, a late thread is not

std::string probe_line(const std::string& key, int count) {
  return fmt::format("probe {} with {}", key, count);
}

// The best of some tries, by the number of requests that got through.
GatewayProbe probe_patiently(GatewayWorld& world, const std::string& key, int wanted,
                             milliseconds limit) {
  GatewayProbe best;
  for (int i = 0; i < tries_max && !best.good(); ++i) {
    GatewayCrowd::within(milliseconds(1'000),
                         [&] { return world.service().counts().at_once == 0; });
    std::this_thread::sleep_for(calm * (1 + i * i));
    const auto next = probe(world, key, wanted, limit);
    if (i == 0 || next.good() || next.reached > best.reached) best = next;
    if (!next.problem.empty()) break;
  }
  return best;
}

// Others, with a key each, that take all slots of the service until it lets go.
struct SlotHolders {
  // In no try were all of them taken.
  static constexpr const char* none_taken = "slots missing";
  static constexpr const char* none_taken_words =
      "requests of many keys never take all slots of the service: some are lost, or never used";

  static bool take_all(GatewayWorld& world, GatewayCrowd& others, int slots, milliseconds limit) {
    for (int i = 0; i < slots; ++i) {
      others.send(ask_with_key(fmt::format("other{}", i), held_target), 1);
    }
    return GatewayCrowd::within(limit, [&] { return are_all_taken(world, slots); });
  }

  static bool are_all_taken(GatewayWorld& world, int slots) {
    return static_cast<int>(world.service().counts().waiting) == slots;
  }
};

// A check that counts slots; these are its conversations' lines.
class SlotsCheck : public GatewayCheck {
 public:
  using GatewayCheck::GatewayCheck;

 protected:
  static CheckResult tell_probe(const GatewayProbe& probe, const std::string& after,
                                const std::string& mistake, CheckResult result) {
    result.where = probe.where;
    if (!probe.problem.empty()) return failed(std::move(result), probe.problem);
    auto& step = result.steps.emplace_back();
    step.did = fmt::format("{} requests of a key at once, which the service holds; then one more",
                           probe.wanted);
    step.expected = fmt::format("all {} reach the service; one more: 429, at once", probe.wanted);
    step.came = in_words(probe);
    step.agrees = false;
    if (!mistake.empty()) result.mistakes.push_back(mistake);
    return failed(std::move(result), after + reason_of(probe));
  }

 private:
  static std::string reason_of(const GatewayProbe& probe) {
    if (probe.reached < probe.wanted) {
      return fmt::format("{} of a key's {} requests at once reach the service", probe.reached,
                         probe.wanted);
    }
    if (probe.one_more == 0) {
      return fmt::format("a request beyond the key's {} waits, where 429 is due at once",
                         probe.wanted);
    }
    if (probe.one_more != 429) {
      return fmt::format("a request beyond the key's {} is answered with {}", probe.wanted,
                         probe.one_more);
    }
    return fmt::format("{} of {} requests that the service answered got its answer", probe.released,
                       probe.wanted);
  }
};

// First all at the service, then all in the gateway's queue.
class AtOnceCheck final : public SlotsCheck {
 public:
  using SlotsCheck::SlotsCheck;

  Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    GatewaySetup setup;
    setup.at_once = static_cast<int>(random.between(3, 5));
    setup.slots = setup.at_once + 2;
    setup.queue_ms = 4'000;
    setup.limit_ms = 6'000;
    GatewayWorld world(subject, setup);
    Conversation slots{"slots", {}, "", ""};
    slots.exchanges.push_back({setup_fact, std::to_string(setup.at_once)});
    const auto seen = probe_patiently(world, "alice", setup.at_once, patience);
    slots.exchanges.push_back({probe_line("alice", setup.at_once), to_line(seen)});
    if (seen.good()) {
      slots.exchanges.push_back({queue_fact, in_the_queue(world, setup)});
    }
    return {{slots, facts_of(world, {})}};
  }

  CheckResult judge_talk(const Evidence& evidence, CheckResult result) const override {
    const auto& slots = evidence.conversations.front();
    if (slots.exchanges.size() < 2) return saw_too_little(std::move(result));
    const int at_once = static_cast<int>(base::to_integer(fact_in(slots, setup_fact)).value_or(0));
    result.situation = fmt::format("at most {} of a key's requests at once", at_once);
    const auto seen = parse_probe(slots.exchanges[1].answered.value_or(""));
    if (!seen.good()) return tell_probe(seen, "", "", std::move(result));
    if (fact_in(slots, queue_fact) == SlotHolders::none_taken) {
      return failed(std::move(result), SlotHolders::none_taken_words);
    }
    const auto words = base::split(fact_in(slots, queue_fact), ' ');
    if (words.size() != 4 || words[0] != "refused") return saw_too_little(std::move(result));
    if (words[1] == "1") return passed(std::move(result));
    grade::Step step;
    step.did =
        fmt::format("all slots are taken by others; {} requests of one key at once", at_once + 1);
    step.expected = fmt::format("{} wait for a slot; one: 429, at once", at_once);
    step.came = fmt::format("{} of them: 429 while the others wait; then {} of them: 200", words[1],
                            words[3]);
    step.agrees = false;
    result.steps.push_back(step);
    if (words[1] == "0") {
      result.mistakes.emplace_back("requests count once they have a slot, not while they wait");
    }
    return failed(std::move(result),
                  fmt::format("of {} requests of a key that wait, {} are refused, where one is "
                              "beyond the {} that it may have",
                              at_once + 1, words[1], at_once));
  }

 private:
  static constexpr const char* queue_fact = "one too many while all wait";
  static constexpr milliseconds patience{1'500};

  // All slots are taken by others, so that what is let in waits in the gateway. "refused 1 then 4":
  // so many before anybody else had an answer, and so many had a 200 in the end.
  static std::string in_the_queue(GatewayWorld& world, const GatewaySetup& setup) {
    std::string seen = SlotHolders::none_taken;
    for (int i = 0; i < tries_max && !seen.starts_with("refused"); ++i) {
      GatewayCrowd others(world);
      if (SlotHolders::take_all(world, others, setup.slots, patience)) {
        GatewayCrowd crowd(world);
        crowd.send(ask_with_key("bob", "/"), setup.at_once + 1);
        GatewayCrowd::within(patience, [&] { return crowd.answered() > 0; });
        std::this_thread::sleep_for(calm);
        const int refused = crowd.answered(429);
        const bool held = SlotHolders::are_all_taken(world, setup.slots);
        world.service().release();
        crowd.replies();
        seen = held ? fmt::format("refused {} then {}", refused, crowd.answered(200)) : "nothing";
      }
      world.service().release();
    }
    return seen;
  }
};

// A way for a request to end, and what it is told then.
struct BadEnd {
  const char* name;
  const char* target;
  int status;  // 0: nobody is there to be told
  const char* in_words;
};

constexpr std::array<BadEnd, 7> bad_ends{{
    {"reset", "/bad?does=reset", 502, "the service resets the connection"},
    {"garbage", "/bad?does=garbage", 502, "the service answers what is no HTTP"},
    {"half", "/bad?does=break", 502, "the service breaks off in the middle of its answer"},
    {"error", "/bad?does=fail", 500, "the service answers with 500"},
    {"gone", held_target, 0, "the client leaves before the answer"},
    {"shed", "/", 503, "no slot becomes free in time"},
    {"hang", "/bad?does=hang", 504, "the service doesn't answer in time"},
}};

class LeaksCheck final : public SlotsCheck {
 public:
  using SlotsCheck::SlotsCheck;

  Evidence talk(const grade::SubjectSpec& subject, base::Random& random) const override {
    GatewaySetup setup;
    setup.at_once = static_cast<int>(random.between(3, 5));
    setup.slots = setup.at_once + 1;
    setup.queue_ms = 150;
    setup.limit_ms = 1'200;
    GatewayWorld world(subject, setup);
    Conversation storms{"storms", {}, "", ""};
    storms.exchanges.push_back({setup_fact, std::to_string(setup.at_once)});
    const auto probe_now = [&] {
      const auto seen = probe_patiently(world, key, setup.at_once, patience);
      storms.exchanges.push_back({probe_line(key, setup.at_once), to_line(seen)});
      return seen.good();
    };
    if (!probe_now()) return {{storms, facts_of(world, {})}};
    for (const auto& end : bad_ends) {
      storms.exchanges.push_back({std::string("storm ") + end.name, storm(world, setup, end)});
      if (!probe_now()) break;
    }
    return {{storms, facts_of(world, {})}};
  }

  CheckResult judge_talk(const Evidence& evidence, CheckResult result) const override {
    const auto& storms = evidence.conversations.front();
    if (storms.exchanges.size() < 2) return saw_too_little(std::move(result));
    const auto at_once = fact_in(storms, setup_fact);
    result.situation = fmt::format("at most {} of a key's requests at once", at_once);
    const auto first = parse_probe(storms.exchanges[1].answered.value_or(""));
    if (!first.good()) return tell_probe(first, "before anything fails, ", "", std::move(result));
    for (std::size_t i = 2; i + 1 < storms.exchanges.size(); i += 2) {
      const auto* const end = end_of(storms.exchanges[i].asked);
      if (end == nullptr) return saw_too_little(std::move(result));
      if (storms.exchanges[i].answered == unsure) return saw_too_little(std::move(result));
      if (storms.exchanges[i].answered == SlotHolders::none_taken) {
        return failed(std::move(result), SlotHolders::none_taken_words);
      }
      const auto told = base::split(storms.exchanges[i].answered.value_or(""), ' ');
      for (const auto& each : told) {
        if (each != told_in_words(*end)) return tell_end(*end, each, std::move(result));
      }
      result.steps.push_back({"", fmt::format("{} requests, and {}", at_once, end->in_words), "",
                              base::join(told, ", "), true, ""});
      const auto after = parse_probe(storms.exchanges[i + 1].answered.value_or(""));
      if (after.good()) continue;
      return tell_probe(after, fmt::format("after requests where {}, ", end->in_words),
                        "a slot isn't given back when a request ends badly", std::move(result));
    }
    if (storms.exchanges.size() != 2 + 2 * bad_ends.size())
      return saw_too_little(std::move(result));
    result.steps.clear();
    return passed(std::move(result));
  }

 private:
  static constexpr const char* key = "alice";
  static constexpr const char* unsure = "unsure";
  static constexpr milliseconds patience{800};

  static const BadEnd* end_of(const std::string& line) {
    for (const auto& end : bad_ends) {
      if (line == std::string("storm ") + end.name) return &end;
    }
    return nullptr;
  }

  static std::string told_in_words(const BadEnd& end) {
    if (end.status == 0) return "left";
    return end.status == 503 ? "503+" : std::to_string(end.status);
  }

  static CheckResult tell_end(const BadEnd& end, const std::string& came, CheckResult result) {
    grade::Step step;
    step.did = fmt::format("a request, and {}", end.in_words);
    step.expected =
        end.status == 503 ? "503, with a Retry-After of 1 or more" : std::to_string(end.status);
    step.came = came == "503" ? "503, without a Retry-After" : came.substr(0, came.find('+'));
    step.agrees = false;
    result.steps.push_back(step);
    if (end.status == 503 && came == "429") {
      result.mistakes.emplace_back("429 for overload: the client did nothing wrong");
    }
    return failed(std::move(result), fmt::format("{}: answered with {}, where {} is due",
                                                 end.in_words, step.came, step.expected));
  }

  static std::string storm(GatewayWorld& world, const GatewaySetup& setup, const BadEnd& end) {
    if (end.status == 0) return client_leaves(world, setup);
    if (end.status == 503) return all_slots_taken(world, setup);
    GatewayCrowd crowd(world);
    crowd.send(ask_with_key(key, end.target), setup.at_once);
    return statuses_of(crowd);
  }

  static std::string client_leaves(GatewayWorld& world, const GatewaySetup& setup) {
    GatewayCrowd crowd(world);
    crowd.send(ask_with_key(key, held_target), setup.at_once);
    GatewayCrowd::within(patience, [&] {
      return static_cast<int>(world.service().counts().waiting) == setup.at_once;
    });
    crowd.leave();
    world.service().release();
    return "left";
  }

  // As often as it takes for others to hold them until the key's requests are told.
  static std::string all_slots_taken(GatewayWorld& world, const GatewaySetup& setup) {
    bool ever_taken = false;
    for (int i = 0; i < tries_max; ++i) {
      GatewayCrowd others(world);
      const bool began = SlotHolders::take_all(world, others, setup.slots, patience);
      GatewayCrowd crowd(world);
      crowd.send(ask_with_key(key, "/"), setup.at_once);
      std::string came = statuses_of(crowd);
      const bool lasted = began && SlotHolders::are_all_taken(world, setup.slots);
      world.service().release();
      if (lasted) return came;
      ever_taken = ever_taken || began;
    }
    return ever_taken ? unsure : SlotHolders::none_taken;
  }

  static std::string statuses_of(GatewayCrowd& crowd) {
    std::vector<std::string> words;
    for (const auto& reply : crowd.replies()) {
      words.push_back(std::to_string(reply.status));
      if (reply.status == 503 && reply.retry_after_s().value_or(0) >= 1) words.back() += '+';
    }
    return base::join(words, " ");
  }
};

}  // namespace

std::unique_ptr<grade::Check> make_at_once_check(grade::CheckInfo info) {
  return std::make_unique<AtOnceCheck>(std::move(info));
}

std::unique_ptr<grade::Check> make_leaks_check(grade::CheckInfo info) {
  return std::make_unique<LeaksCheck>(std::move(info));
}

}  // namespace assay::graders::rate_limiter
