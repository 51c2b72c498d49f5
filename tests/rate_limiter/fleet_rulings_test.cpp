// What the judges of level 4 say of evidence: what is right passes, each mistake is seen, and what
// a busy machine did is held against nobody. The method: short evidence, written by hand.
#include "graders/rate_limiter/fleet/rulings.hpp"

#include <gtest/gtest.h>

#include "grade/evidence.hpp"

namespace assay::graders::rate_limiter {
namespace {

using grade::Verdict;

constexpr std::int64_t a_while_ns = fleet_ms / 2;

// Events one after the other.
class Evidence {
 public:
  explicit Evidence(const std::string& setup) { add("node 0", "fleet " + setup, "ok"); }

  Evidence& add(const std::string& who, const std::string& did, const std::string& came,
                std::int64_t took_ns = a_while_ns) {
    events_.push_back({who, did, now_ns_, now_ns_ + took_ns, came, true});
    now_ns_ += took_ns;
    return *this;
  }
  Evidence& ask(int node, const std::string& call, const std::string& came,
                std::int64_t took_ns = a_while_ns) {
    return add("node " + std::to_string(node), "ask " + call, came, took_ns);
  }

  operator const std::vector<FleetEvent>&() const { return events_; }

 private:
  std::int64_t now_ns_ = 0;
  std::vector<FleetEvent> events_;
};

const std::string hourly = " 3600000000000 1 4000000000 3 127.0.0.1:1";

TEST(FleetLog, IsReadAgainAsItWasWritten) {
  FleetLog log;
  const auto first = log.begin("node 1", "ask a: 1");
  log.note("gates", "black hole", "done");
  log.end(first, "admitted 2");
  log.begin("node 0", "ask b 1");
  grade::Conversation talk{"world", log.exchanges(), "", ""};
  const auto text = grade::to_transcript({{talk}});
  const auto events = fleet_events(grade::from_transcript(text).conversations.at(0));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].who, "node 1");
  EXPECT_EQ(events[0].did, "ask a: 1");
  EXPECT_EQ(events[0].came, "admitted 2");
  EXPECT_GE(events[0].to_ns, events[1].to_ns);
  EXPECT_FALSE(events[2].ended);
  EXPECT_THROW(fleet_events({"world", {{"what", "is this"}}, "", ""}), std::logic_error);
}

TEST(FleetCheck, IsUnavailableWhereThereIsNoRedis) {
  const auto check = make_fleet_check({"4.1", "one_budget", 4, "one budget", "correctness", 3},
                                      plan_one_budget, rule_one_budget);
  const std::string why = "redis-server is not installed: apt-get install redis-server";
  const grade::Conversation talk{"one budget", {}, std::string(unavailable_words) + why, ""};
  const auto result = check->judge(grade::from_transcript(grade::to_transcript({{talk}})));
  EXPECT_EQ(result.verdict, Verdict::unavailable);
  EXPECT_EQ(result.reason, why);
  EXPECT_EQ(result.points, 0);
}

TEST(OneBudget, IsCountedOverAllNodes) {
  Evidence right("2" + hourly);
  right.ask(0, "a 1", "admitted 1").ask(1, "a 1", "admitted 0").ask(2, "a 0", "admitted 0");
  right.ask(2, "a 3", "denied 0 never").ask(2, "b 2", "admitted 0");
  EXPECT_EQ(rule_one_budget("", right).verdict, Verdict::pass);
  right.ask(1, "a 1", "denied 0 3599999000000");
  EXPECT_EQ(rule_one_budget("", right).verdict, Verdict::pass);

  Evidence each("2" + hourly);
  each.ask(0, "a 1", "admitted 1").ask(1, "a 1", "admitted 1");
  const auto ruling = rule_one_budget("", each);
  EXPECT_EQ(ruling.verdict, Verdict::fail);
  ASSERT_EQ(ruling.mistakes.size(), 1U);
  EXPECT_EQ(ruling.mistakes[0], "each node has the whole limit");
  EXPECT_EQ(ruling.steps.size(), 2U);
}

TEST(OneBudget, SeesWrongWaits) {
  for (const char* const came : {"denied 0 never", "denied 0 1000000", "denied 0 3700000000000"}) {
    Evidence wrong("1" + hourly);
    wrong.ask(0, "a 1", "admitted 0").ask(1, "a 1", came);
    EXPECT_EQ(rule_one_budget("", wrong).verdict, Verdict::fail) << came;
  }
  Evidence bound("1" + hourly);
  bound.add("node 0", "over_admission_max", "3");
  EXPECT_EQ(rule_one_budget("", bound).verdict, Verdict::fail);
}

TEST(OneBudget, SeesKeysThatShareABucket) {
  Evidence shared("5" + hourly);
  shared.ask(0, "alice 5", "admitted 0").ask(0, "Alice 1", "denied 0 3600000000000");
  const auto ruling = rule_one_budget("keys apart", shared);
  EXPECT_EQ(ruling.verdict, Verdict::fail);
  ASSERT_EQ(ruling.mistakes.size(), 1U);
  EXPECT_EQ(ruling.mistakes[0], "keys that differ share a bucket");
  EXPECT_EQ(ruling.steps.size(), 2U);
}

// A node that takes tokens ahead says this of the last call.
Verdict leased_budget(const std::string& call, const std::string& came) {
  Evidence events("57 3600000000000 10 4000000000 1 127.0.0.1:1");
  events.ask(0, "often 1", "admitted 56").ask(0, "costs 50", "admitted 7");
  for (int left = 56; left >= 0; --left) {
    events.ask(0, "drained 1", "admitted " + std::to_string(left));
  }
  events.ask(0, call, came);
  return rule_one_budget("one budget, with leases", events).verdict;
}

TEST(OneBudget, IsExactForANodeWithALease) {
  EXPECT_EQ(leased_budget("often 0", "admitted 56"), Verdict::pass);
  EXPECT_EQ(leased_budget("often 1", "admitted 56"), Verdict::fail);
  EXPECT_EQ(leased_budget("often 1", "admitted 9"), Verdict::fail);
  EXPECT_EQ(leased_budget("often 30", "denied 56 3600000000000"), Verdict::fail);
  EXPECT_EQ(leased_budget("often 58", "denied 56 never"), Verdict::pass);
  EXPECT_EQ(leased_budget("often 58", "admitted 0"), Verdict::fail);
  EXPECT_EQ(leased_budget("drained 1", "denied 0 3599999900000"), Verdict::pass);
  EXPECT_EQ(leased_budget("drained 1", "admitted 0"), Verdict::fail);
  EXPECT_EQ(leased_budget("drained 2", "denied 0 3599999900000"), Verdict::fail);
  EXPECT_EQ(leased_budget("drained 1", "denied 0 never"), Verdict::fail);
  EXPECT_EQ(leased_budget("drained 1", "denied -1 3599999900000"), Verdict::fail);
  // What lies in two places may be denied.
  EXPECT_EQ(leased_budget("costs 6", "denied 7 3600000000000"), Verdict::pass);
  EXPECT_EQ(leased_budget("costs 1", "denied 7 3600000000000"), Verdict::fail);
}

Evidence at_once(const std::string& one, const std::string& other) {
  Evidence events("4" + hourly);
  events.add("node 0", "ask_all 1 3 hot 1 shared", one);
  events.add("node 1", "ask_all 1 3 hot 1 shared", other);
  events.add("node 0", "ask_all 1 2 costly 3 shared", "admitted 1; denied 1 7200000000000");
  return events;
}

TEST(AtOnce, EachTokenIsGivenOnce) {
  EXPECT_EQ(rule_at_once("", at_once("admitted 3; admitted 1; admitted 0",
                                     "admitted 2; denied 0 1; denied 0 1"))
                .verdict,
            Verdict::pass);
  const auto twice = rule_at_once(
      "", at_once("admitted 3; admitted 2; admitted 1", "admitted 3; admitted 2; admitted 0"));
  EXPECT_EQ(twice.verdict, Verdict::fail);
  EXPECT_EQ(twice.mistakes.size(), 1U);
  EXPECT_EQ(rule_at_once("", at_once("admitted 3; admitted 2; admitted 1",
                                     "denied 0 1; denied 0 1; denied 0 1"))
                .verdict,
            Verdict::fail);
}

TEST(AtOnce, CountsACrowd) {
  const auto ruled = [](const std::string& came) {
    Evidence events("2" + hourly);
    events.add("node 0", "ask_all 3 1 crowd 1 shared", came);
    return rule_at_once("a crowd", events).verdict;
  };
  EXPECT_EQ(ruled("admitted 0 | admitted 1 | denied 0 1"), Verdict::pass);
  EXPECT_EQ(ruled("admitted 0 | admitted 1 | admitted 1"), Verdict::fail);
}

TEST(OwnAnswers, AreThoseOfTheThreadsOwnKey) {
  const auto ruled = [](const std::string& came) {
    Evidence events("100" + hourly);
    events.add("node 0", "ask_all 2 2 k 1 own", came);
    return rule_own_answers("", events).verdict;
  };
  EXPECT_EQ(ruled("admitted 99; admitted 98 | admitted 98; admitted 96"), Verdict::pass);
  EXPECT_EQ(ruled("admitted 98; admitted 98 | admitted 99; admitted 96"), Verdict::fail);
  EXPECT_EQ(ruled("admitted 99; admitted 98"), Verdict::fail);
}

TEST(CutOff, WantsAnExpiryOfEveryKey) {
  const auto ruled = [](const std::string& keys, const std::string& refilled) {
    Evidence events("3 300000000 1 100000000 1 127.0.0.1:1");
    events.add("gates", "reset after 4 bytes to the client", "done")
        .ask(0, "cut.1 1", "admitted 2");
    events.add("redis", "keys", keys).add("play", "refilled", "begins");
    events.ask(0, "cut.1 3", refilled);
    return rule_cut_off("cut off", events).verdict;
  };
  EXPECT_EQ(ruled("b:cut.1=700 b:x=-2 ", "admitted 0"), Verdict::pass);
  EXPECT_EQ(ruled("b:cut.1=-1 ", "admitted 0"), Verdict::fail);
  EXPECT_EQ(ruled("b:cut.1=3900 ", "admitted 0"), Verdict::fail);
  EXPECT_EQ(ruled("b:cut.1=700 ", "denied 0 300000000"), Verdict::fail);
  EXPECT_EQ(ruled("", "admitted 0"), Verdict::fail);
  EXPECT_EQ(rule_cut_off("cut off", {}).verdict, Verdict::unknown);
}

TEST(CutOff, WantsExpiriesThatLastUntilBucketsAreFull) {
  const auto ruled = [](const std::string& keys) {
    Evidence events("3 1000000000 1 100000000 1 127.0.0.1:1");
    events.ask(0, "k 1", "admitted 2").ask(0, "k 1", "admitted 1").add("redis", "keys", keys);
    return rule_cut_off("filling slowly", events).verdict;
  };
  EXPECT_EQ(ruled("b:k=2000 "), Verdict::pass);
  EXPECT_EQ(ruled("b:k=8000 "), Verdict::pass);
  EXPECT_EQ(ruled("lock:k=10 b:k=2000 "), Verdict::pass);
  EXPECT_EQ(ruled("b:k=8001 "), Verdict::fail);
  EXPECT_EQ(ruled("b:k=1900 "), Verdict::fail);
  EXPECT_EQ(ruled("b:k=-1 "), Verdict::fail);
  EXPECT_EQ(ruled(""), Verdict::fail);
}

// A call in an outage that took so long, while a canary was so late.
Verdict in_outage(const std::string& came, std::int64_t took_ms, std::int64_t canary_ms) {
  Evidence events("4 3600000000000 1 250000000 1 127.0.0.1:1");
  for (const char* const before : {"admitted 3", "admitted 2", "admitted 1", "admitted 0"}) {
    events.ask(0, "a 1", before);
  }
  events.ask(0, "a 1", "denied 0 3600000000000").add("play", "outage", "begins");
  events.ask(0, "a 1", came, took_ms * fleet_ms);
  events.add("canary", "late", std::to_string(canary_ms * fleet_ms));
  return rule_fails_open("slow", events).verdict;
}

TEST(FailsOpen, WantsAnAdmissionWithinTheDeadline) {
  EXPECT_EQ(in_outage("admitted 3", 255, 0), Verdict::pass);
  EXPECT_EQ(in_outage("admitted 3", 1'000, 0), Verdict::fail);
  EXPECT_EQ(in_outage("denied 0 3600000000000", 10, 0), Verdict::fail);
  EXPECT_EQ(in_outage("admitted 0", 255, 0), Verdict::fail);
}

TEST(FailsOpen, AnswersAsAFullBucket) {
  const auto ruled = [](const std::string& call, const std::string& came) {
    Evidence events("4 3600000000000 1 250000000 1 127.0.0.1:1");
    events.add("play", "outage", "begins").ask(0, call, came);
    return rule_fails_open("killed", events).verdict;
  };
  EXPECT_EQ(ruled("a 5", "denied 4 never"), Verdict::pass);
  EXPECT_EQ(ruled("a 5", "admitted 0"), Verdict::fail);
  EXPECT_EQ(ruled("a 5", "denied 0 never"), Verdict::fail);
  EXPECT_EQ(ruled("a 5", "denied 4 1000000"), Verdict::fail);
  EXPECT_EQ(ruled("a 0", "admitted 4"), Verdict::pass);
  EXPECT_EQ(ruled("a 0", "admitted 0"), Verdict::fail);
}

TEST(FailsOpen, WaitsForAnAnswerThatComesInTime) {
  const auto ruled = [](const std::string& came, std::int64_t took_ms, std::int64_t canary_ms = 0) {
    Evidence events("1" + hourly);
    events.ask(0, "a 1", "admitted 0", 240 * fleet_ms).ask(0, "a 1", came, took_ms * fleet_ms);
    events.add("canary", "late", std::to_string(canary_ms * fleet_ms));
    return rule_fails_open("late, but in time", events);
  };
  EXPECT_EQ(ruled("admitted 0", 20).verdict, Verdict::fail);
  EXPECT_EQ(ruled("admitted 0", 20).mistakes.size(), 1U);
  EXPECT_EQ(ruled("admitted 0", 3'900, 1'400).verdict, Verdict::noisy);
}

TEST(FailsOpen, WantsALimitOfConnectingToo) {
  const auto ruled = [](const std::string& is_full, std::int64_t took_ms) {
    Evidence events("4 3600000000000 1 1300000000 1 127.0.0.1:1");
    events.add("port", "is full", is_full).add("play", "outage", "begins");
    events.ask(0, "a 1", "admitted 3", took_ms * fleet_ms).add("canary", "late", "0");
    return rule_fails_open("unreachable", events).verdict;
  };
  EXPECT_EQ(ruled("yes", 1'310), Verdict::pass);
  EXPECT_EQ(ruled("yes", 2'300), Verdict::fail);
  EXPECT_EQ(ruled("no", 1'310), Verdict::unknown);
}

TEST(FailsOpen, ForgivesWhatACallMeetsOfABusyMachine) {
  const auto ruled = [](std::int64_t took_ms, const std::string& canary) {
    Evidence events("4 3600000000000 1 250000000 1 127.0.0.1:1");
    events.add("play", "outage", "begins").ask(0, "a 1", "admitted 3", took_ms * fleet_ms);
    events.add("canary", "late", canary);
    return rule_fails_open("slow", events).verdict;
  };
  EXPECT_EQ(ruled(900, "300000000 20000000"), Verdict::pass);
  EXPECT_EQ(ruled(900, "300000000 10000000"), Verdict::fail);  // late often, and by little
}

TEST(FailsOpen, HoldsABusyMachineAgainstNobody) {
  EXPECT_EQ(in_outage("admitted 3", 700, 300), Verdict::pass);
  EXPECT_EQ(in_outage("admitted 3", 1'500, 600), Verdict::noisy);
  EXPECT_EQ(in_outage("admitted 3", 2'000, 600), Verdict::fail);
  EXPECT_EQ(in_outage("denied 0 3600000000000", 255, 600), Verdict::fail);
}

// The end of a world in which Redis was away: calls of the bucket that was used up before.
Verdict after_outage(const std::string& world, const std::string& came, std::int64_t took_ms = 1,
                     std::int64_t canary_ms = 0) {
  Evidence events("4 3600000000000 1 250000000 1 127.0.0.1:1");
  events.add("play", "outage", "begins");
  events.add("node 0", "ask_all 4 1 late 1 own",
             "admitted 3 | admitted 2 | admitted 1 | admitted 0");
  events.add("play", "again", "begins").ask(0, "d 1", came, took_ms * fleet_ms);
  events.add("canary", "late", std::to_string(canary_ms * fleet_ms));
  return rule_closes_again(world, events).verdict;
}

TEST(ClosesAgain, WithoutABurst) {
  EXPECT_EQ(after_outage("paused", "denied 0 3500000000000"), Verdict::pass);
  EXPECT_EQ(after_outage("paused", "admitted 3"), Verdict::fail);
  EXPECT_EQ(after_outage("killed", "admitted 3"), Verdict::pass);
  EXPECT_EQ(after_outage("killed", "denied 0 3500000000000"), Verdict::fail);
  EXPECT_EQ(after_outage("paused", "admitted 3", 260, 90), Verdict::noisy);
  EXPECT_EQ(after_outage("paused", "admitted 3", 260, 80), Verdict::fail);
  // Nobody had asked for it before.
  EXPECT_EQ(after_outage("made while paused", "admitted 3"), Verdict::pass);
  EXPECT_EQ(after_outage("half-open with leases", "admitted 3"), Verdict::fail);
}

TEST(ClosesAgain, IsHeldAgainstWhoNeverGetsAnAnswer) {
  const auto ruled = [](std::int64_t last_took_ms) {
    Evidence events("4 3600000000000 1 250000000 1 127.0.0.1:1");
    events.add("play", "outage", "begins").add("play", "again", "begins");
    for (const std::int64_t took_ms : {std::int64_t{260}, std::int64_t{255}, last_took_ms}) {
      events.ask(0, "d 1", "admitted 3", took_ms * fleet_ms);
      events.add("canary", "late", "200000000 20000000");
    }
    return rule_closes_again("paused", events).verdict;
  };
  EXPECT_EQ(ruled(250), Verdict::fail);
  EXPECT_EQ(ruled(100), Verdict::noisy);
}

Verdict turns(const std::string& alone, const std::string& after, int greetings = 0,
              int pings = 0) {
  Evidence events("100000" + hourly);
  events.add("gates", "connections before", "2").add("gates", "turns before", "4");
  events.add("redis", "greetings before", "2").add("redis", "pings before", "1");
  events.add("gates", "turns alone", alone);
  events.add("gates", "connections after", "6").add("gates", "turns after", after);
  events.add("redis", "greetings after", std::to_string(2 + greetings));
  events.add("redis", "pings after", std::to_string(1 + pings));
  return rule_one_round_trip("", events).verdict;
}

TEST(OneRoundTrip, IsWhatADecisionMayCost) {
  EXPECT_EQ(turns("154", "354"), Verdict::pass);
  EXPECT_EQ(turns("154", "374", 20), Verdict::pass);
  EXPECT_EQ(turns("154", "394", 36, 4), Verdict::pass);
  EXPECT_EQ(turns("154", "404"), Verdict::fail);
  EXPECT_EQ(turns("154", "704", 350), Verdict::fail);  // four connections, greeted at each call
  EXPECT_EQ(turns("304", "704"), Verdict::fail);
  EXPECT_EQ(turns("304", "704", 0, 350), Verdict::fail);  // four connections, tried at each call
  EXPECT_EQ(turns("20", "220"), Verdict::fail);
}

Verdict leased(const std::string& declared, int turns, const std::string& first,
               const std::string& then) {
  Evidence events("2400 3600000000000 50 4000000000 3 127.0.0.1:1");
  events.add("node 0", "over_admission_max", declared).add("gates", "turns before", "6");
  for (const char* const node : {"node 0", "node 1", "node 2"}) {
    events.add(node, "ask_many 1 600 hot 1", first);
  }
  events.add("gates", "turns after", std::to_string(6 + turns));
  for (const char* const node : {"node 0", "node 1", "node 2"}) {
    events.add(node, "ask_many 4 300 hot 1", then);
  }
  return rule_leases("hot key", events).verdict;
}

TEST(Leases, SpareRoundTripsWithinTheirBound) {
  EXPECT_EQ(leased("147", 40, "600", "200"), Verdict::pass);
  EXPECT_EQ(leased("150", 90, "600", "240"), Verdict::pass);
  EXPECT_EQ(leased("147", 91, "600", "200"), Verdict::fail);
  EXPECT_EQ(leased("151", 40, "600", "200"), Verdict::fail);
  EXPECT_EQ(leased("147", 40, "600", "260"), Verdict::fail);
  EXPECT_EQ(leased("147", 40, "590", "200"), Verdict::fail);
  EXPECT_EQ(leased("147", 40, "600", "140"), Verdict::fail);
}

TEST(Leases, KeepNoMoreInHandThanALease) {
  const auto ruled = [](const std::string& looked, const std::string& taken) {
    Evidence events("600 3600000000000 50 4000000000 2 127.0.0.1:1");
    events.add("node 1", "ask_many 1 600 looked 1", looked);
    events.add("node 0", "ask_many 24 1 taken 1", "24");
    events.add("node 1", "ask_many 1 600 taken 1", taken);
    return rule_leases("in hand", events).verdict;
  };
  EXPECT_EQ(ruled("600", "526"), Verdict::pass);
  EXPECT_EQ(ruled("600", "576"), Verdict::pass);
  EXPECT_EQ(ruled("551", "576"), Verdict::fail);
  EXPECT_EQ(ruled("600", "525"), Verdict::fail);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
