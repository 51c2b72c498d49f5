// Goal: level 2's judges are right both ways. Method: what a service with a known mistake answers
// to a check's plan must fail that check and right answers must not; evidence of the crowd is
// written by hand.
#include "graders/payment_ledger/charges/judge.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "graders/payment_ledger/charges/at_once.hpp"
#include "graders/payment_ledger/charges/plans.hpp"

namespace assay::graders::payment_ledger {
namespace {

using Plan = ChargePlan (*)(base::Random&);

const std::map<std::string, Plan> plans{{"replay", plan_replay},
                                        {"scope", plan_scope},
                                        {"mismatch", plan_mismatch},
                                        {"unsaved", plan_unsaved},
                                        {"expiry", plan_expiry}};

std::string line_of(const Due& due, const grade::Performance& before) {
  switch (due.kind) {
    case Due::Kind::done:
      return "204";
    case Due::Kind::executed:
      return fmt::format(R"({} {{"id":"{}"}})", due.status, due.id);
    case Due::Kind::replayed: {
      auto reply = grade::parse_http_reply(*before.exchanges[due.same_as].answered);
      if (due.marked) reply.fields.emplace_back(replayed_field, "true");
      return grade::to_line(reply);
    }
    case Due::Kind::mismatch:
      return R"(422 {"error":{"code":"idempotency_error"}})";
    case Due::Kind::invalid:
      return R"(400 {"error":{"code":"invalid_request"}})";
    case Due::Kind::busy:
      return R"(503 {"error":{"code":"processor_busy"}})";
    case Due::Kind::counted:
      break;
  }
  return std::to_string(due.charges);
}

grade::Performance performed(const grade::Script& script, ChargeMistake mistake) {
  ChargeModel model(mistake);
  grade::Performance performance{{{script.setup, "ok"}}, ""};
  for (const auto& line : script.operations) {
    const Due due = model.due(parse_charge_operation(line), performance.exchanges.size());
    performance.exchanges.push_back({line, line_of(due, performance)});
  }
  return performance;
}

bool catches(Plan plan, ChargeMistake mistake, std::uint64_t seed) {
  base::Random random(seed);
  return std::ranges::any_of(plan(random), [&](const auto& script) {
    return first_wrong_charge(performed(script, mistake)).has_value();
  });
}

TEST(Charges, RightAnswersPassAlsoInShorterScripts) {
  for (const auto& [name, plan] : plans) {
    base::Random random(3);
    for (auto script : plan(random)) {
      for (int shorter = 0; shorter < 5; ++shorter) {
        ASSERT_FALSE(first_wrong_charge(performed(script, ChargeMistake::none))) << name;
        std::erase_if(script.operations, [&](const auto&) { return random.chance(0.3); });
      }
    }
  }
}

TEST(Charges, EveryMistakeIsCaughtByTheCheckThatIsAboutIt) {
  using enum ChargeMistake;
  const std::vector<std::pair<ChargeMistake, std::string>> expected{
      {callers_share_keys, "scope"}, {parameters_ignored, "mismatch"}, {bytes_compared, "replay"},
      {order_compared, "replay"},    {errors_forgotten, "replay"},     {not_marked, "replay"},
      {acts_again, "replay"},        {acts_at_replay, "replay"},       {busy_remembered, "unsaved"},
      {never_expires, "expiry"},     {expires_at_replay, "expiry"},    {expires_early, "expiry"},
      {expires_late, "expiry"}};
  EXPECT_EQ(expected.size(), std::size(all_charge_mistakes));
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const auto& [mistake, check] : expected) {
      EXPECT_TRUE(catches(plans.at(check), mistake, seed))
          << check << " misses: " << in_words(mistake);
    }
  }
}

TEST(Charges, OperationsSurviveTheirLines) {
  for (const auto& [name, plan] : plans) {
    base::Random random(4);
    for (const auto& script : plan(random)) {
      for (const auto& line : script.operations) {
        ASSERT_EQ(to_line(parse_charge_operation(line)), line);
      }
    }
  }
}

TEST(Charges, EitherStatusIsRightForAMismatchButNotAnyCode) {
  const std::string to = "POST /v1/charges [Authorization: Bearer a] [Idempotency-Key: k] ";
  const std::string one = to + R"({"amount":5,"currency":"USD","card":"ok"})";
  const std::string two = to + R"({"amount":6,"currency":"USD","card":"ok"})";
  const auto judged = [&](const std::string& said) {
    return first_wrong_charge(
        {{{charges_setup, "ok"}, {one, R"(201 {"id":"ch_1"})"}, {two, said}}, ""});
  };
  EXPECT_FALSE(judged(R"(400 {"error":{"code":"idempotency_error"}})"));
  EXPECT_FALSE(judged(R"(422 {"error":{"code":"idempotency_error"}})"));
  EXPECT_TRUE(judged(R"(422 {"error":{"code":"invalid_request"}})"));
  EXPECT_TRUE(judged(R"(409 {"error":{"code":"idempotency_error"}})"));
  EXPECT_TRUE(judged(R"(201 {"id":"ch_2"})"));
}

// Evidence of one round in which nobody waits.
class CrowdOf40 : public ::testing::Test {
 protected:
  static constexpr int clients = 40;
  const std::string asked = "POST /v1/charges [Idempotency-Key: q] {}";
  const std::string done = R"(201 {"id":"ch_1"})";
  const std::string replayed = R"(201 [Idempotent-Replayed: true] {"id":"ch_1"})";
  const std::string in_use = R"(409 {"error":{"code":"idempotency_key_in_use"}})";

  grade::CheckResult judged(const std::vector<std::string>& answers, const std::string& charges) {
    grade::Conversation round{"quick", {}, "", ""};
    for (const auto& answer : answers) round.exchanges.push_back({asked, answer});
    round.exchanges.push_back({count_line, charges});
    const grade::Conversation setup{"setup", {{charges_setup, "ok"}}, "", ""};
    return make_charges_at_once_check({"2.6", "at_once", 2, "", "correctness", 3})
        ->judge({{setup, round}});
  }
  std::vector<std::string> all(const std::string& answer) const {
    return std::vector<std::string>(clients, answer);
  }
};

TEST_F(CrowdOf40, IsRightWithOneFirstAndAnyMixOfTheRest) {
  auto answers = all(in_use);
  answers[7] = done;
  answers[9] = answers[30] = replayed;
  const auto result = judged(answers, "1");
  EXPECT_EQ(result.verdict, grade::Verdict::pass) << result.reason;
  EXPECT_EQ(result.points, 3);
}

TEST_F(CrowdOf40, FailsWithTwoChargesTwoFirstsOrAnotherBody) {
  auto answers = all(replayed);
  answers[0] = done;
  EXPECT_EQ(judged(answers, "2").verdict, grade::Verdict::fail);
  answers[1] = done;
  EXPECT_EQ(judged(answers, "1").verdict, grade::Verdict::fail);
  answers[1] = R"(201 [Idempotent-Replayed: true] {"id": "ch_1"})";
  EXPECT_EQ(judged(answers, "1").verdict, grade::Verdict::fail);
}

TEST_F(CrowdOf40, FailsWithoutAnAnswerOrWithAnother) {
  auto answers = all(replayed);
  answers[0] = done;
  answers[5] = "none: time-out: no answer within 10 s";
  EXPECT_EQ(judged(answers, "1").verdict, grade::Verdict::fail);
  answers[5] = "threw std::out_of_range";
  EXPECT_EQ(judged(answers, "1").verdict, grade::Verdict::fail);
}

}  // namespace
}  // namespace assay::graders::payment_ledger
