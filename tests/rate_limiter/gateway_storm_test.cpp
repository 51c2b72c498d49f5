// Goal: what a right gateway says in a storm is never wrong, and each mistake is. Method: a storm's
// evidence written line by line, right at first, and then with one line changed.
#include "graders/rate_limiter/gateway/storm.hpp"

#include <gtest/gtest.h>

#include <set>

#include "graders/rate_limiter/gateway/storm_facts.hpp"

namespace assay::graders::rate_limiter {
namespace {

constexpr StormFacts facts{.at_once = 2,
                           .slots = 3,
                           .queue_ms = 60,
                           .limit_ms = 400,
                           .arrived = 7,
                           .most = 3,
                           .late_ms = 1};

GatewayReply reply(int status, std::int64_t sent_ms, std::int64_t came_ms) {
  GatewayReply reply;
  reply.status = status;
  reply.sent_ns = sent_ms * 1'000'000;
  reply.came_ns = came_ms * 1'000'000;
  if (status == 503) reply.fields[retry_after_field] = "1";
  return reply;
}

// Seven requests that reach the service, one of which its client left; one that is shed; and one
// that is one too many of its key.
class Storm {
 public:
  Storm() {
    add("a", "/", reply(200, 0, 60));
    add("b", "/pay?does=fail", reply(500, 1, 70));
    add("c", "/?does=reset", reply(502, 1, 65));
    add("c", "/?does=garbage", reply(502, 2, 130));
    add("c", "/?does=hang", reply(429, 3, 4));
    add("d", "/", reply(503, 3, 64));
    add("e", "/?does=break", reply(502, 3, 120));
    add("f", "/pay?does=hang", reply(504, 150, 551));
    auto gone = reply(0, 160, 180);
    gone.problem = storm_left;
    add("g", "/", gone);
  }

  void change(std::size_t number, const GatewayReply& to) { told_[number].second = to; }
  void change(const StormFacts& to) { facts_ = to; }

  std::string wrong() const {
    grade::Conversation talk{"storm", {{storm_facts_line, to_line(facts_)}}, "", ""};
    for (const auto& [ask, answer] : told_) {
      talk.exchanges.push_back({to_line(ask), to_line(answer)});
    }
    const auto fault = judge_storm(talk);
    return fault ? fault->reason : "";
  }

 private:
  void add(const std::string& key, const std::string& target, const GatewayReply& answer) {
    told_.emplace_back(ask_with_key(key, target), answer);
  }

  StormFacts facts_ = facts;
  std::vector<std::pair<GatewayAsk, GatewayReply>> told_;
};

TEST(GatewayStorm, RightAnswersAreRight) { EXPECT_EQ(Storm().wrong(), ""); }

TEST(GatewayStorm, WhoLeftMayOrMayNotHaveReachedTheService) {
  Storm storm;
  auto counted = facts;
  counted.arrived = 6;
  storm.change(counted);
  EXPECT_EQ(storm.wrong(), "");
}

TEST(GatewayStorm, MoreAtTheServiceThanItHasSlotsIsWrong) {
  Storm storm;
  auto counted = facts;
  counted.most = 4;
  storm.change(counted);
  EXPECT_EQ(storm.wrong(), "4 requests were at the service at once, which has 3 slots");
}

TEST(GatewayStorm, MoreOrFewerThanWereToldIsWrong) {
  for (const std::int64_t arrived : {5, 8}) {
    Storm storm;
    auto counted = facts;
    counted.arrived = arrived;
    storm.change(counted);
    EXPECT_NE(storm.wrong().find(std::to_string(arrived) + " reached it"), std::string::npos);
  }
}

TEST(GatewayStorm, AnEndIsToldAsWhatItWas) {
  Storm storm;
  storm.change(1, reply(502, 1, 70));
  EXPECT_NE(storm.wrong().find("answered with 502"), std::string::npos);
  storm = Storm();
  storm.change(7, reply(502, 150, 551));
  EXPECT_NE(storm.wrong().find("answered with 502"), std::string::npos);
  storm = Storm();
  storm.change(0, reply(0, 0, 60));
  EXPECT_NE(storm.wrong(), "");
}

TEST(GatewayStorm, NobodyIsShedBeforeTheWaitIsOver) {
  Storm storm;
  storm.change(5, reply(503, 3, 30));
  EXPECT_EQ(storm.wrong(), "503 after 27 ms, where a request waits 60 for a slot");
  storm.change(5, reply(503, 3, 900));  // a busy machine
  EXPECT_EQ(storm.wrong(), "");
}

TEST(GatewayStorm, WhoIsShedIsToldWhenToComeBack) {
  Storm storm;
  auto silent = reply(503, 3, 64);
  silent.fields.clear();
  storm.change(5, silent);
  EXPECT_EQ(storm.wrong(), "503 without a Retry-After of 1 or more");
}

TEST(GatewayStorm, TheServiceHasTheTimeThatIsConfigured) {
  for (const std::int64_t came_ms : {350, 950}) {
    Storm storm;
    storm.change(7, reply(504, 150, came_ms));
    EXPECT_NE(storm.wrong().find("where the service has 400"), std::string::npos);
  }
}

TEST(GatewayStorm, ADenialNeedsAsManyThatMayBeThere) {
  Storm storm;
  storm.change(3, reply(502, 5, 130));  // it came after the denial was told
  EXPECT_NE(storm.wrong().find("though only 1"), std::string::npos);
}

TEST(GatewayStorm, OneSeedHasOnePlanWithAllEndsInIt) {
  base::Random random(7);
  base::Random again(7);
  const auto plan = plan_storm(random);
  const auto same = plan_storm(again);
  std::set<std::string> targets;
  for (std::size_t i = 0; i < plan.bursts.size(); ++i) {
    for (std::size_t k = 0; k < plan.bursts[i].size(); ++k) {
      EXPECT_EQ(to_line(plan.bursts[i][k].ask), to_line(same.bursts[i][k].ask));
      targets.insert(plan.bursts[i][k].ask.target);
    }
  }
  EXPECT_EQ(targets.size(), 12U);
}

}  // namespace
}  // namespace assay::graders::rate_limiter
